package onramp.interop.dubbo;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import onramp.interop.Seen;
import org.apache.dubbo.rpc.Filter;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;

/** Arriving notes the attachments of each call before it reaches the service. */
public final class Arriving implements Filter {
    /** NAME is what the SPI file calls it. */
    static final String NAME = "arriving";

    /** OWN are the attachments of the protocol itself; all others are headers. */
    private static final Set<String> OWN = new HashSet<>(Arrays.asList(
        "path", "interface", "version", "group", "timeout", "dubbo", "generic", "async", "token", "return", "input", "output", "remote.application"));

    // Dubbo makes filters by itself, with no arguments.
    private static volatile Seen seen;

    static void tell(Seen whom) {
        seen = whom;
    }

    @Override
    public Result invoke(Invoker<?> invoker, Invocation invocation) {
        Map<String, String> header = new LinkedHashMap<>();
        int timeout = 0;
        for (Map.Entry<String, Object> e : invocation.getObjectAttachments().entrySet()) {
            if (e.getKey().equals("timeout")) {
                timeout = Integer.parseInt(String.valueOf(e.getValue()));
            } else if (!OWN.contains(e.getKey())) {
                header.put(e.getKey(), String.valueOf(e.getValue()));
            }
        }
        seen.arriving(timeout, header);
        return invoker.invoke(invocation);
    }
}
