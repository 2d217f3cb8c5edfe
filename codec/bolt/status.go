package bolt

import "github.com/onrampmesh/onramp"

// The statuses of a response.
const (
	statusSuccess         = 0
	statusServerException = 2
	statusBusy            = 4
	statusNoProcessor     = 6
	statusTimeout         = 7
	statusSendError       = 8
	statusCodecException  = 9
	statusClosed          = 0x10
	statusSerialize       = 0x11
	statusDeserialize     = 0x12
)

// outcomeOf says what a status other than success means for a call.
func outcomeOf(status uint16) (onramp.Code, onramp.Origin) {
	switch status {
	case statusBusy:
		return onramp.ResourceExhausted, onramp.Refused
	case statusNoProcessor:
		return onramp.Unimplemented, onramp.Refused
	case statusTimeout:
		return onramp.DeadlineExceeded, onramp.Remote
	case statusCodecException, statusDeserialize:
		return onramp.InvalidArgument, onramp.Remote
	case statusSendError, statusClosed:
		return onramp.Unavailable, onramp.Wire
	}
	return onramp.Internal, onramp.Remote
}

// statusOf returns the status that says most of e. Only an error of origin
// Refused becomes a status that lets the caller send the call again, and only
// when that may help: Java re-sends what is busy.
func statusOf(e *onramp.Error) uint16 {
	switch {
	case e.Business:
		return statusSuccess
	case e.Code == onramp.Unimplemented && e.Origin == onramp.Refused:
		return statusNoProcessor
	case e.Code == onramp.InvalidArgument:
		return statusDeserialize
	case e.Origin == onramp.Refused && !final(e.Code):
		return statusBusy
	case e.Code == onramp.DeadlineExceeded:
		return statusTimeout
	}
	return statusServerException
}

// final reports whether a call that was refused with this code will be refused
// again wherever it is sent.
func final(c onramp.Code) bool {
	switch c {
	case onramp.Canceled, onramp.NotFound, onramp.AlreadyExists, onramp.PermissionDenied,
		onramp.FailedPrecondition, onramp.OutOfRange, onramp.Unauthenticated, onramp.DataLoss:
		return true
	}
	return false
}

// statusName is for the text of an error that came without one.
func statusName(status uint16) string {
	switch status {
	case statusServerException:
		return "server exception"
	case statusBusy:
		return "server busy"
	case statusNoProcessor:
		return "no processor"
	case statusTimeout:
		return "server timeout"
	case statusSendError:
		return "send error"
	case statusCodecException:
		return "codec exception"
	case statusClosed:
		return "connection closed"
	case statusSerialize:
		return "server cannot serialize the response"
	case statusDeserialize:
		return "server cannot deserialize the request"
	}
	return "error"
}
