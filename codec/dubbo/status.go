package dubbo

import (
	"errors"

	"github.com/onrampmesh/onramp"
)

// The statuses of a response.
const (
	statusOK              = 20
	statusSerialization   = 25
	statusClientTimeout   = 30
	statusServerTimeout   = 31
	statusInactive        = 35
	statusBadRequest      = 40
	statusBadResponse     = 50
	statusServiceNotFound = 60
	statusServiceError    = 70
	statusServerError     = 80
	statusClientError     = 90
	statusExhausted       = 100
)

// outcomeOf says what a status other than OK means for a call.
func outcomeOf(status uint16) (onramp.Code, onramp.Origin) {
	switch status {
	case statusSerialization, statusBadRequest:
		return onramp.InvalidArgument, onramp.Remote
	case statusClientTimeout, statusServerTimeout:
		return onramp.DeadlineExceeded, onramp.Remote
	case statusInactive:
		return onramp.Unavailable, onramp.Wire
	case statusServiceNotFound:
		return onramp.Unimplemented, onramp.Refused
	case statusExhausted:
		return onramp.ResourceExhausted, onramp.Refused
	}
	return onramp.Internal, onramp.Remote
}

// statusOf returns the status that says most of e. Java's consumers send a call again
// for every status but OK, so that only calls that did not run have another one, and
// those whose caller has given up. What ran is an exception in a response with status
// OK, which is never sent again.
func statusOf(e *onramp.Error) uint16 {
	refused := e.Origin == onramp.Refused
	switch {
	case e.Business:
		return statusOK
	case isUndecodable(e):
		return statusBadRequest
	case e.Code == onramp.DeadlineExceeded:
		return statusServerTimeout
	case refused && e.Code == onramp.Unimplemented:
		return statusServiceNotFound
	case refused && e.Code == onramp.InvalidArgument:
		return statusBadRequest
	case refused && !final(e.Code):
		return statusExhausted
	}
	return statusOK
}

// final reports whether a call that was refused with this code will be refused again
// wherever it is sent.
func final(c onramp.Code) bool {
	switch c {
	case onramp.Canceled, onramp.NotFound, onramp.AlreadyExists, onramp.PermissionDenied,
		onramp.FailedPrecondition, onramp.OutOfRange, onramp.Unauthenticated, onramp.DataLoss:
		return true
	}
	return false
}

// undecodable is why the arguments of a call could not be read: its handler did not
// begin with them.
type undecodable struct{ error }

func (u *undecodable) Unwrap() error { return u.error }

func isUndecodable(err error) bool {
	_, ok := errors.AsType[*undecodable](err)
	return ok
}

// statusName is for the text of an error that came with a status.
func statusName(status uint16) string {
	switch status {
	case statusSerialization:
		return "serialization error"
	case statusClientTimeout:
		return "client timeout"
	case statusServerTimeout:
		return "server timeout"
	case statusInactive:
		return "channel inactive"
	case statusBadRequest:
		return "bad request"
	case statusBadResponse:
		return "bad response"
	case statusServiceNotFound:
		return "service not found"
	case statusServiceError:
		return "service error"
	case statusServerError:
		return "server error"
	case statusClientError:
		return "client error"
	case statusExhausted:
		return "thread pool exhausted"
	}
	return "error"
}
