package dubbo

import "strconv"

// Hessian is the serialization id of Hessian 2, the one that this package reads.
const Hessian = 2

// Opaque is Request.Service of a call whose body is of another serialization than
// Hessian 2: its names stand in that body and cannot be read. Request.Method is then
// the serialization's name, such as "fastjson2", or its number. A handler that forwards
// such calls is registered under these names.
const Opaque = "$opaque"

// serializationName returns how Dubbo calls a serialization id.
func serializationName(id uint8) string {
	switch id {
	case Hessian:
		return "hessian2"
	case 3:
		return "java"
	case 4:
		return "compactedjava"
	case 6:
		return "fastjson"
	case 7:
		return "nativejava"
	case 8:
		return "kryo"
	case 9:
		return "fst"
	case 10:
		return "native-hessian"
	case 11:
		return "avro"
	case 12:
		return "protostuff"
	case 16:
		return "gson"
	case 18:
		return "jackson"
	case 21:
		return "protobuf-json"
	case 22:
		return "protobuf"
	case 23:
		return "fastjson2"
	case 25:
		return "kryo2"
	case 27:
		return "msgpack"
	case 28:
		return "fury"
	}
	return strconv.Itoa(int(id))
}

// described is serializationName for a text.
func described(id uint8) string {
	text := "serialization " + strconv.Itoa(int(id))
	if name := serializationName(id); name != strconv.Itoa(int(id)) {
		text += " (" + name + ")"
	}
	return text
}
