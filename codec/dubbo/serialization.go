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
	names := [...]string{
		2: "hessian2", 3: "java", 4: "compactedjava", 6: "fastjson", 7: "nativejava", 8: "kryo", 9: "fst", 10: "native-hessian",
		11: "avro", 12: "protostuff", 16: "gson", 18: "jackson", 21: "protobuf-json", 22: "protobuf", 23: "fastjson2",
		25: "kryo2", 27: "msgpack", 28: "fury",
	}
	if int(id) < len(names) && names[id] != "" {
		return names[id]
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
