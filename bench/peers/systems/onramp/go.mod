module peerbench/onramp

go 1.26.0

require (
	github.com/onrampmesh/onramp v0.0.0
	peerbench/core v0.0.0
	peerbench/pb v0.0.0
)

require (
	github.com/sony/gobreaker/v2 v2.4.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace (
	github.com/onrampmesh/onramp => ../../../..
	peerbench/core => ../../core
	peerbench/pb => ../../pb
)
