package hessian2

func (s *Serializer) Accepts(v any) bool                       { panic("soon") }
func (s *Serializer) Append(dst []byte, v any) ([]byte, error) { panic("soon") }
func (s *Serializer) Decode(src []byte, v any) error           { panic("soon") }
func (s *Serializer) TypeOf(v any) string                      { panic("soon") }
func (s *Serializer) Encoder(dst []byte) Encoder               { panic("soon") }
func (s *Serializer) Decoder(src []byte) Decoder               { panic("soon") }

var _ Stream = (*Serializer)(nil)
