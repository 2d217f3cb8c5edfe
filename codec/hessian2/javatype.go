package hessian2

import "strings"

// primitives are Java's, with the letter of their descriptor.
var primitives = [...]struct {
	name   string
	letter byte
}{
	{"boolean", 'Z'}, {"byte", 'B'}, {"char", 'C'}, {"double", 'D'}, {"float", 'F'},
	{"int", 'I'}, {"long", 'J'}, {"short", 'S'}, {"void", 'V'},
}

// letterOf returns the letter of a primitive's descriptor, or 0.
func letterOf(name string) byte {
	for i := range primitives {
		if primitives[i].name == name {
			return primitives[i].letter
		}
	}
	return 0
}

// primitiveOf returns the primitive of a descriptor's letter, or "".
func primitiveOf(letter byte) string {
	for i := range primitives {
		if primitives[i].letter == letter {
			return primitives[i].name
		}
	}
	return ""
}

// maxDimensions bounds the dimensions of an array's type.
const maxDimensions = 4

// className returns the name of a type as Class.getName tells it. It takes "int[]" as
// well as "[I".
func className(t string) (string, bool) {
	element, dimensions := t, 0
	for strings.HasSuffix(element, "[]") {
		element, dimensions = element[:len(element)-2], dimensions+1
	}
	if dimensions == 0 {
		return t, validName(t)
	}
	if dimensions > maxDimensions || !plainName(element) {
		return "", false
	}
	if letter := letterOf(element); letter != 0 {
		return strings.Repeat("[", dimensions) + string(letter), letter != 'V'
	}
	return strings.Repeat("[", dimensions) + "L" + element + ";", true
}

// validName reports whether t is a name as Class.getName tells it.
func validName(t string) bool {
	element := strings.TrimLeft(t, "[")
	if n := len(t) - len(element); n == 0 {
		return plainName(t)
	} else if n > maxDimensions {
		return false
	}
	if len(element) == 1 {
		return element != "V" && primitiveOf(element[0]) != ""
	}
	return len(element) > 2 && element[0] == 'L' && element[len(element)-1] == ';' && plainName(element[1:len(element)-1])
}

// plainName reports whether t is a primitive or the name of a class.
func plainName(t string) bool {
	if t == "" || len(t) > maxTypeName || !beginsName(t[0]) {
		return false
	}
	for i := range len(t) {
		switch c := t[i]; {
		case c <= ' ', c == 0x7f, strings.IndexByte("[];/,()<>\"'\\:", c) >= 0:
			return false
		case c == '.' && (i == 0 || i == len(t)-1 || t[i-1] == '.'):
			return false
		}
	}
	return true
}

// maxTypeName bounds the name of a class or type, in bytes.
const maxTypeName = 256

// AppendDescriptor appends the descriptor of the JVM for a type that is named as
// Class.getName does: "int" becomes "I", "java.lang.String" "Ljava/lang/String;" and
// "[I" stays.
func AppendDescriptor(dst []byte, name string) []byte {
	if letter := letterOf(name); letter != 0 {
		return append(dst, letter)
	}
	array := name != "" && name[0] == '['
	if !array {
		dst = append(dst, 'L')
	}
	for i := range len(name) {
		c := name[i]
		if c == '.' {
			c = '/'
		}
		dst = append(dst, c)
	}
	if !array {
		dst = append(dst, ';')
	}
	return dst
}

// NextDescriptor cuts the first type off a row of descriptors, such as
// "Ljava/lang/String;I[J". ok is false when there is none, or it is malformed. The last
// one may lack its semicolon, because dubbo-go 3.3.1 writes "[Ljava/util/Date".
func NextDescriptor(row []byte) (descriptor, rest []byte, ok bool) {
	n := 0
	for n < len(row) && row[n] == '[' {
		n++
	}
	if n > maxDimensions || n == len(row) {
		return nil, nil, false
	}
	if row[n] != 'L' {
		return row[:n+1], row[n+1:], primitiveOf(row[n]) != "" && (n == 0 || row[n] != 'V')
	}
	for i := n + 1; i < len(row) && i-n <= maxTypeName; i++ {
		if row[i] == ';' {
			return row[:i+1], row[i+1:], i > n+1
		}
	}
	return row, nil, n > 0 && len(row) > n+1 && len(row)-n <= maxTypeName
}

// AppendTypeName appends the name, as Class.getName tells it, of the type that a
// descriptor stands for: it is the reverse of AppendDescriptor.
func AppendTypeName(dst, descriptor []byte) []byte {
	if len(descriptor) == 1 {
		if name := primitiveOf(descriptor[0]); name != "" {
			return append(dst, name...)
		}
	}
	if n := len(descriptor); n > 2 && descriptor[0] == 'L' && descriptor[n-1] == ';' {
		descriptor = descriptor[1 : n-1]
	}
	for _, c := range descriptor {
		if c == '/' {
			c = '.'
		}
		dst = append(dst, c)
	}
	return dst
}
