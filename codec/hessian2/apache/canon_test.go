package apache_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// canon writes a value of either library as one text, so that two can be compared. What
// the two have by design in different forms is the same text:
//
//   - types of lists and maps: the library forgets those that it does not know
//   - int[], short[]: the library has one width for both; float[] and double[] likewise
//   - entries whose value is null: the library drops them from typed maps
//   - a key, or a field, that comes twice: the library has the last one
//   - null in a String[]: the library has an empty string
//   - thousandths: the library divides by 1000, Java and hessian2 multiply by 0.001
//   - zero in two bytes, as Java writes it in other places: the library leaves it so
type canon struct {
	path  []any // addresses of what is being written
	known bool  // it has an object of a class that the library has a type for
	size  int
}

func textOf(v any) (text string, known bool) {
	c := &canon{}
	text = c.text(reflect.ValueOf(v))
	return text, c.known
}

func (c *canon) text(v reflect.Value) string {
	if c.size++; c.size > 20000 {
		return "more"
	}
	for v.IsValid() && v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return "null"
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return "t" + strconv.FormatInt(x.UnixMilli(), 10)
	case []byte:
		return fmt.Sprintf("b%x", x)
	case hessian2.List:
		// Of a type that the library has its elements are converted to.
		switch name := strings.TrimLeft(x.Type, "["); {
		case strings.HasPrefix(name, "java.lang.") && x.Type != "[java.lang.String" && x.Type != "[java.lang.Object":
			c.known = true
		case slices.Contains([]string{"char", "short", "int", "long", "float", "double", "boolean", "date", "java.util.Date"}, name):
			c.known = true
		}
		if x.Type == "[string" || x.Type == "[java.lang.String" {
			x.Items = slices.Clone(x.Items)
			for i := range x.Items {
				if x.Items[i] == nil {
					x.Items[i] = ""
				}
			}
		}
		return c.list(reflect.ValueOf(x.Items))
	case hessian2.Map:
		all := map[string]string{}
		for _, e := range x.Entries {
			all[c.text(reflect.ValueOf(e.Key))] = c.text(reflect.ValueOf(e.Value))
		}
		return entries("", all)
	case hessian2.Object:
		all := map[string]string{}
		for _, f := range x.Fields {
			all[quoted(f.Name)] = c.text(reflect.ValueOf(f.Value))
		}
		return entries(x.Class, all)
	}
	if _, pojo := reflect.TypeAssert[hessian.POJO](v); pojo && v.Type().PkgPath() != reflect.TypeFor[hessian2.List]().PkgPath() {
		c.known = true
		return "known"
	}
	return c.kind(v)
}

func (c *canon) kind(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		return c.within(v.UnsafePointer(), func() string { return c.text(v.Elem()) })
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int16, reflect.Int32:
		return "i" + strconv.FormatInt(v.Int(), 10)
	case reflect.Int64:
		return "l" + strconv.FormatInt(v.Int(), 10)
	case reflect.Float32: // the library reads a float[] as doubles
		c.known = true
	case reflect.Float64:
		if f := v.Float(); f == 0 || math.IsNaN(f) {
			return fmt.Sprintf("d%g", math.Abs(f))
		}
		return "d" + strconv.FormatFloat(v.Float(), 'g', 14, 64)
	case reflect.String:
		return quoted(v.String())
	case reflect.Slice:
		return c.within(v.UnsafePointer(), func() string { return c.list(v) })
	case reflect.Map:
		return c.within(v.UnsafePointer(), func() string { return c.mapping(v) })
	}
	c.known = true
	return "known"
}

// within writes what is at an address, once on a path.
func (c *canon) within(at any, write func() string) string {
	if slices.Contains(c.path, at) {
		return "^"
	}
	c.path = append(c.path, at)
	defer func() { c.path = c.path[:len(c.path)-1] }()
	return write()
}

func (c *canon) list(v reflect.Value) string {
	var b strings.Builder
	for i := range v.Len() {
		b.WriteString(c.text(v.Index(i)) + ",")
	}
	return "[" + b.String() + "]"
}

func (c *canon) mapping(v reflect.Value) string {
	all, class := map[string]string{}, ""
	for it := v.MapRange(); it.Next(); {
		if k, ok := reflect.TypeAssert[string](it.Key()); ok && k == hessian.ClassKey && v.Type().Key().Kind() == reflect.String {
			class = it.Value().Interface().(string)
			continue
		}
		all[c.text(it.Key())] = c.text(it.Value())
	}
	return entries(class, all)
}

func entries(class string, all map[string]string) string {
	var out []string
	for k, v := range all {
		if v != "null" {
			out = append(out, k+":"+v)
		}
	}
	slices.Sort(out)
	return quoted(class) + "{" + strings.Join(out, ",") + "}"
}

func quoted(s string) string { return strconv.Quote(strings.ReplaceAll(s, "\xc0\x80", "\x00")) }
