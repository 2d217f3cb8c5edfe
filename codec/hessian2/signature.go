package hessian2

import (
	"fmt"
	"strings"

	"github.com/onrampmesh/onramp"
)

// maxSignature bounds the text of a signature.
const maxSignature = 8 << 10

// Signature says which parameters a Java method declares, for methods that are
// overloaded or whose parameters Go's types do not tell:
//
//	client.MethodOf[onramp.Args, string](c, "com.acme.Greeter/greet", hessian2.Signature("java.lang.String", "int[]"))
//
// A type is a name as Java's sources have it, "int", "java.util.List", "java.lang.String[]",
// or as Class.getName has it, "[I", "[Ljava.lang.String;". Without types the method has no parameters. Calls then
// must have as many arguments.
func Signature(types ...string) onramp.MethodOption {
	text, wrong := signature(types)
	return func(o *onramp.MethodOptions) {
		o.Signature = text
		if wrong != "" {
			o.Wrong = wrong
		}
	}
}

// inLang reports whether a name without a package is a class of java.lang.
func inLang(name string) bool {
	switch name {
	case "String", "Object", "Integer", "Long", "Short", "Byte", "Character", "Boolean", "Float", "Double", "Number", "Iterable", "CharSequence", "Class":
		return true
	}
	return false
}

// signature returns the text of Request.Signature: names as Class.getName has them.
func signature(types []string) (text, wrong string) {
	names := make([]string, len(types))
	for i, t := range types {
		name, ok := className(t)
		if lang := "java.lang." + t; ok && inLang(t) {
			return "", fmt.Sprintf("hessian2.Signature: parameter %d is %s, want %s", i+1, t, lang)
		}
		if !ok || name == "void" {
			return "", fmt.Sprintf("hessian2.Signature: parameter %d is %.32q, want a Java type such as int, java.lang.String, int[] or [I", i+1, t)
		}
		names[i] = name
	}
	text = "(" + strings.Join(names, ",") + ")"
	if len(text) > maxSignature {
		return "", fmt.Sprintf("hessian2.Signature: %d bytes of types, want at most %d", len(text), maxSignature)
	}
	return text, ""
}
