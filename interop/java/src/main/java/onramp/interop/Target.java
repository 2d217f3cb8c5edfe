package onramp.interop;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Target is what a call ask says of where and how to call. */
public final class Target {
    public final String wire;
    /** addrs are "host:port", one except under load. */
    public final List<String> addrs;
    /** group is "" except in Dubbo. */
    public final String group;
    /** type is the full name of the interface, "onramp.interop.Echo". */
    public final String type;
    public final String version;
    /** timeout and heartbeat are in milliseconds; no heartbeat is 0. */
    public final int timeout;
    public final int heartbeat;
    public final int retries;
    public final boolean oneway;
    /** generic says that the library's generic service is to be used. */
    public final boolean generic;
    public final Map<String, String> header;

    Target(Map<String, Object> ask) {
        wire = (String) ask.get("wire");
        List<String> many = Messages.texts(ask.get("addrs"));
        addrs = many.isEmpty() ? Collections.singletonList((String) ask.get("addr")) : many;
        String service = (String) ask.get("service");
        int slash = service.indexOf('/');
        int colon = service.indexOf(':');
        group = slash < 0 ? "" : service.substring(0, slash);
        type = service.substring(slash + 1, colon < 0 ? service.length() : colon);
        version = colon < 0 ? "1.0" : service.substring(colon + 1);
        timeout = Messages.number(ask, "timeout");
        heartbeat = Messages.number(ask, "heartbeat");
        retries = Messages.number(ask, "retries");
        oneway = Boolean.TRUE.equals(ask.get("oneway"));
        generic = "true".equals(ask.get("generic"));
        header = new LinkedHashMap<>();
        if (ask.get("header") != null) {
            ((Map<?, ?>) ask.get("header")).forEach((key, value) -> header.put((String) key, (String) value));
        }
    }

    /** declares reports whether the interface of this name exists here and has the method: others are called generically. */
    public boolean declares(String method) {
        Class<?> c = type.equals("onramp.interop.Echo") ? Echo.class : type.equals("onramp.interop.Values") ? Values.class : null;
        if (c == null) {
            return false;
        }
        for (java.lang.reflect.Method m : c.getMethods()) {
            if (m.getName().equals(method)) {
                return true;
            }
        }
        return false;
    }
}
