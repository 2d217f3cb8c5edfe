package server

// Stage is a step of a shutdown. They follow each other in this order.
type Stage uint8

const (
	// StageNotReady: Ready and /readyz turn false; everything else goes on.
	StageNotReady Stage = iota
	// StageDeregister: the endpoint is withdrawn from its registries.
	StageDeregister
	// StageWait: clients have time to hear of it; calls are served as ever.
	StageWait
	// StageSignal: no more connections, and the codecs tell their peers; new calls
	// are refused in a way that makes clients send them elsewhere, at once or, where
	// a go-away tells each peer (codec.LateServer), when it has had time to hear of it.
	StageSignal
	// StageFinish: the calls under way finish and are answered.
	StageFinish
	// StageClose: what is left is cut off.
	StageClose

	stages
)

var stageNames = [stages]string{"not ready", "deregister", "wait", "signal", "finish", "close"}

// String returns the stage in lower-case words.
func (s Stage) String() string {
	if s < stages {
		return stageNames[s]
	}
	return "unknown"
}
