module github.com/onrampmesh/onramp/codec/dubbo/oracle

go 1.26.0

require (
	github.com/apache/dubbo-go-hessian2 v1.13.2
	github.com/onrampmesh/onramp v0.0.0
	pgregory.net/rapid v1.3.0
)

require (
	github.com/dubbogo/gost v1.13.1 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	go.uber.org/atomic v1.9.0 // indirect
	go.uber.org/goleak v1.3.0 // indirect
)

replace (
	// The last version that has frames. Onramp itself asks for a later one, for values.
	github.com/apache/dubbo-go-hessian2 => github.com/apache/dubbo-go-hessian2 v1.12.5
	github.com/onrampmesh/onramp => ../../..
)
