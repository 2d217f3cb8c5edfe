package hessian2

import "strings"

// Class is a java.lang.Class: a value that names a type.
type Class struct {
	// Name is the type as Class.getName tells it: "java.lang.String", "int", "[I",
	// "[Ljava.lang.String;".
	Name string `hessian:"name"`
}

// JavaClassName returns "java.lang.Class".
func (Class) JavaClassName() string { return "java.lang.Class" }

// String returns the name.
func (c Class) String() string { return c.Name }

// MarshalText returns the name.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.Name), nil }

// UnmarshalText takes any name.
func (c *Class) UnmarshalText(text []byte) error {
	c.Name = string(text)
	return nil
}

// Locale is a java.util.Locale.
type Locale struct {
	// Value is the text of Locale.toString: "en_US", "de", "zh_TW_#Hant"; "" is the root.
	Value string `hessian:"value"`
}

// JavaClassName returns "java.util.Locale".
func (Locale) JavaClassName() string { return "java.util.Locale" }

func (Locale) handle() string { return "LocaleHandle" }

// String returns Value.
func (l Locale) String() string { return l.Value }

// Tag returns the language tag of BCP 47 for what language, country and script a locale
// has: "en-US", "zh-Hant-TW", and "und" for the root. Variants and extensions are left
// out.
func (l Locale) Tag() string {
	base, extra, _ := strings.Cut(l.Value, "#")
	script, _, _ := strings.Cut(extra, "_")
	parts := strings.SplitN(base, "_", 3)
	tag := parts[0]
	if tag == "" {
		tag = "und"
	}
	if len(script) == 4 {
		tag += "-" + script
	}
	if len(parts) > 1 && parts[1] != "" {
		tag += "-" + parts[1]
	}
	return tag
}

// MarshalText returns Value.
func (l Locale) MarshalText() ([]byte, error) { return []byte(l.Value), nil }

// UnmarshalText takes any text.
func (l *Locale) UnmarshalText(text []byte) error {
	l.Value = string(text)
	return nil
}
