module github.com/onrampmesh/onramp

go 1.26.0
