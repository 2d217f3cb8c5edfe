package onramp.interop.dubbo;

import org.apache.dubbo.remoting.RemotingException;
import org.apache.dubbo.rpc.RpcException;

/** Ends says in the words of the line protocol how a call ended. */
final class Ends {
    /** What Dubbo says of a connection; everything else with its class RemotingException came from the server. */
    private static final String[] CLOSED = {"is inactive", "failed to connect", "Failed to connect", "channel is closed", "Connection refused", "Connection reset", "client is closed", "ClosedChannelException"};

    private static final int NO_INVOKER = 6;

    private Ends() {
    }

    static String kindOf(Throwable t) {
        if (!(t instanceof RpcException)) {
            return "error"; // the service threw it
        }
        RpcException e = (RpcException) t;
        if (e.isTimeout()) {
            return "timeout";
        }
        if (e.isForbidden() || e.getCode() == NO_INVOKER) {
            return "closed";
        }
        for (Throwable c = e; c != null; c = c.getCause()) {
            if (c instanceof RemotingException || c instanceof RpcException) {
                if (contains(c, "Failed to send message") || contains(c, "encode")) {
                    return "local";
                }
                if (contains(c, CLOSED)) {
                    return "closed";
                }
            }
        }
        return "error";
    }

    private static boolean contains(Throwable t, String... words) {
        for (String w : words) {
            if (t.getMessage() != null && t.getMessage().contains(w)) {
                return true;
            }
        }
        return false;
    }
}
