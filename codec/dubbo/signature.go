package dubbo

import "strings"

// types are names of Java types with commas between them, as in a signature.
type types string

// next cuts the first name off.
func (t types) next() (name string, rest types) {
	if i := strings.IndexByte(string(t), ','); i >= 0 {
		return string(t[:i]), t[i+1:]
	}
	return string(t), ""
}

// readSignature reads Request.Signature: "(int,java.lang.String)", or the same behind
// invoke, for a call by name.
func readSignature(text string) (t types, named bool, err error) {
	inner := text
	if rest, ok := strings.CutPrefix(text, invoke); ok {
		inner, named = rest, true
	}
	n := len(inner)
	if n < 2 || inner[0] != '(' || inner[n-1] != ')' {
		return "", false, badSignature(text)
	}
	t = types(inner[1 : n-1])
	for rest := t; rest != ""; {
		var name string
		if name, rest = rest.next(); name == "" || strings.ContainsAny(name, "()/ ") {
			return "", false, badSignature(text)
		}
	}
	if strings.HasSuffix(string(t), ",") {
		return "", false, badSignature(text)
	}
	return t, named, nil
}

func badSignature(text string) error {
	return invalid("signature %.*q: want types with commas between them, such as (java.lang.String,int): make it with hessian2.Signature or dubbo.Generic", maxQuote, text)
}
