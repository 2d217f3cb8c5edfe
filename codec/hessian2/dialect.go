package hessian2

// Dialect is one of the two formats.
type Dialect uint8

const (
	// V2 is the final Hessian 2.0: Dubbo's.
	V2 Dialect = iota
	// Draft is the draft of Hessian 2.0: codec 1 of SOFA Bolt.
	Draft
)

// String returns "hessian2" or "hessian2-draft".
func (d Dialect) String() string {
	if d == Draft {
		return "hessian2-draft"
	}
	return "hessian2"
}
