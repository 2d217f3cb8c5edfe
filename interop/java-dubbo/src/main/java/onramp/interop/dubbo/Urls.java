package onramp.interop.dubbo;

import java.util.ArrayList;
import java.util.List;
import onramp.interop.Target;

/** Urls are direct addresses of providers, as a reference wants them. */
final class Urls {
    /** Milliseconds between looks at a silent or lost connection. */
    private static final int HEARTBEAT = 1000;

    private Urls() {
    }

    /** of returns "dubbo://a?x=y;dubbo://b?x=y". */
    static String of(Target target) {
        List<String> urls = new ArrayList<>();
        for (String addr : target.addrs) {
            urls.add("dubbo://" + addr + "?" + String.join("&", parameters(target)));
        }
        return String.join(";", urls);
    }

    private static List<String> parameters(Target target) {
        int heartbeat = target.heartbeat > 0 ? target.heartbeat : HEARTBEAT;
        List<String> p = new ArrayList<>();
        p.add("client=" + Loopback.NAME);
        p.add("serialization=hessian2");
        p.add("prefer.serialization=hessian2"); // what 3.2 and later ask first
        p.add("timeout=" + (target.timeout > 0 ? target.timeout : 3000));
        p.add("retries=" + target.retries);
        p.add("cluster=failover"); // 2.7 means zones by several addresses else
        // A connection that is lost is made anew when it is looked at: every third part of heartbeat.timeout.
        p.add("heartbeat=" + heartbeat);
        p.add("heartbeat.timeout=" + 3 * Math.max(heartbeat, HEARTBEAT));
        p.add("dubbo.application.least-reconnect-duration=" + HEARTBEAT); // 3.3 waits a minute otherwise
        if (target.oneway) {
            p.add("sent=true"); // a oneway call has ended when it is written
        }
        return p;
    }
}
