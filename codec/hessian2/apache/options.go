package apache

import "github.com/onrampmesh/onramp/codec/hessian2"

// Option changes a default of New.
type Option func(*config)

type config struct {
	limits  hessian2.Limits
	unknown bool
	tag     string
}

// WithLimits bounds what bodies may ask for.
func WithLimits(l hessian2.Limits) Option { return func(c *config) { c.limits = l } }

// UnknownClasses makes an object whose class is not registered a map[string]any with the
// class under "_class", as dubbo-go has it. Without it such an object is an error.
func UnknownClasses() Option { return func(c *config) { c.unknown = true } }

// Tag is the key of struct tags that the process gave to hessian.SetTagIdentifier:
// "hessian" by default.
func Tag(key string) Option { return func(c *config) { c.tag = key } }
