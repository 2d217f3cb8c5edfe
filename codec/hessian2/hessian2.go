package hessian2

import "errors"

// Serializer is one dialect with its registered types. It implements Stream.
type Serializer struct {
	dialect Dialect
	limits  Limits
	err     error
}

// New returns the Serializer of the final Hessian 2.0.
func New(opts ...Option) *Serializer { return newSerializer(V2, opts) }

// NewDraft returns the Serializer of the draft of Hessian 2.0, for Bolt.
func NewDraft(opts ...Option) *Serializer { return newSerializer(Draft, opts) }

func newSerializer(d Dialect, opts []Option) *Serializer {
	c := &config{limits: defaultLimits()}
	for _, o := range opts {
		o(c)
	}
	return &Serializer{dialect: d, limits: c.limits, err: errors.Join(c.errs...)}
}

// Name returns "hessian2" or "hessian2-draft".
func (s *Serializer) Name() string { return s.dialect.String() }

// Dialect implements Stream.
func (s *Serializer) Dialect() Dialect { return s.dialect }

// Check implements Stream.
func (s *Serializer) Check() error { return s.err }
