package hessian2

// Realize implements Realizer.
func (s *Serializer) Realize(dst []byte, v any) ([]byte, error) {
	e := s.encoder(dst)
	e.realize = true
	err := e.Value(v, "")
	out := e.Close()
	if err != nil {
		return dst, err
	}
	return out, nil
}

// keyClass is the key under which a map of a generic call has its class.
const keyClass = "class"

// realized returns the object that m stands for, when its class is registered and all of
// its keys are names.
func (s *Serializer) realized(m *Map) *Object {
	class, _ := m.Get(keyClass)
	name, ok := class.(string)
	if !ok || s.classes[name] == nil {
		return nil
	}
	o := &Object{Class: name, Fields: make([]Field, 0, len(m.Entries))}
	for _, entry := range m.Entries {
		key, ok := entry.Key.(string)
		if !ok {
			return nil
		}
		if key != keyClass {
			o.Fields = append(o.Fields, Field{Name: key, Value: entry.Value})
		}
	}
	return o
}

var _ Realizer = (*Serializer)(nil)
