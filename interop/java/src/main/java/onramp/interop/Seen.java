package onramp.interop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Seen notes what a server saw. A library's filter calls arriving before the service, on its thread. */
public final class Seen {
    private final ThreadLocal<Map<String, Object>> arriving = ThreadLocal.withInitial(LinkedHashMap::new);
    private final List<Object> calls = new ArrayList<>();

    /** arriving notes the timeout (ms, 0 for unknown) and the headers of the call that this thread runs next. */
    public void arriving(int timeout, Map<String, String> header) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("timeout", timeout);
        m.put("header", header);
        arriving.set(m);
    }

    /** message notes a call of Echo. */
    void message(String service, String method, Message m) {
        note(service, method, "message", Messages.toLine(m));
    }

    /** value notes a call of Values: why is null when the value is the sample's. */
    void value(String method, String sample, String why) {
        Map<String, Object> call = note("onramp.interop.Values:1.0", method, "sample", sample);
        synchronized (calls) {
            call.put("equal", why == null);
            call.put("why", why == null ? "" : why);
        }
    }

    private Map<String, Object> note(String service, String method, String key, Object value) {
        Map<String, Object> call = new LinkedHashMap<>(arriving.get());
        arriving.remove();
        call.put("service", service);
        call.put("method", method);
        call.put(key, value);
        synchronized (calls) {
            calls.add(call);
        }
        return call;
    }

    /** take returns what came since the last time. */
    Map<String, Object> take() {
        synchronized (calls) {
            Map<String, Object> all = Collections.singletonMap("calls", new ArrayList<>(calls));
            calls.clear();
            return all;
        }
    }
}
