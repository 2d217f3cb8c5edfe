package onramptest

import "time"

// meter is a line of a fixed rate: it says when bytes have passed it.
type meter struct {
	rate  int       // bytes a second, 0 has no meaning
	start time.Time // the line has been busy since then
	sent  int       // bytes since start, less than rate
}

// restart forgets what has passed.
func (m *meter) restart(rate int, now time.Time) { *m = meter{rate: rate, start: now} }

// at returns when n bytes that are ready then have passed.
func (m *meter) at(ready time.Time, n int) time.Time {
	if ready.After(m.free()) {
		return ready.Add(m.takes(n))
	}
	return m.start.Add(m.takes(m.sent + n))
}

// spend lets n bytes pass, not more than a second's.
func (m *meter) spend(ready time.Time, n int) {
	if ready.After(m.free()) {
		m.restart(m.rate, ready)
	}
	if m.sent += n; m.sent >= m.rate { // whole seconds are exact, and keep the product in takes small
		m.sent -= m.rate
		m.start = m.start.Add(time.Second)
	}
}

func (m *meter) free() time.Time { return m.start.Add(m.takes(m.sent)) }

func (m *meter) takes(n int) time.Duration {
	return time.Duration(int64(n) * int64(time.Second) / int64(max(1, m.rate)))
}
