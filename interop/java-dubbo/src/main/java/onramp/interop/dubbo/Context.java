package onramp.interop.dubbo;

import onramp.interop.Caller;
import onramp.interop.Target;
import org.apache.dubbo.rpc.RpcContext;

/** Context makes calls with the target's header as attachments, oneway if it says so. */
final class Context implements Caller {
    private final Target target;
    private final Caller caller;

    Context(Target target, Caller caller) {
        this.target = target;
        this.caller = caller;
    }

    @Override
    public Object call(String method, Class<?>[] types, Object[] args) throws Throwable {
        RpcContext context = RpcContext.getContext();
        target.header.forEach(context::setAttachment);
        try {
            if (!target.oneway) {
                return caller.call(method, types, args);
            }
            Throwable[] thrown = new Throwable[1];
            context.asyncCall(() -> {
                try {
                    caller.call(method, types, args);
                } catch (Throwable t) {
                    thrown[0] = t;
                }
            });
            if (thrown[0] != null) {
                throw thrown[0];
            }
            return null;
        } finally {
            context.clearAttachments(); // 2.7 would send them with the thread's next call
        }
    }

    @Override
    public Object convert(Object want) {
        return caller.convert(want);
    }
}
