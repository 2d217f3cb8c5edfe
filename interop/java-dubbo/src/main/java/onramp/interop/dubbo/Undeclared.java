package onramp.interop.dubbo;

import java.lang.reflect.Field;
import onramp.interop.Caller;
import onramp.interop.Target;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.RpcInvocation;

/** Undeclared calls a method that the interface has not here: the server's interface could be a newer one. */
final class Undeclared implements Caller {
    private final Invoker<?> invoker;
    private final Target target;

    Undeclared(ReferenceConfig<?> reference, Target target) throws ReflectiveOperationException {
        Field f = ReferenceConfig.class.getDeclaredField("invoker");
        f.setAccessible(true);
        this.invoker = (Invoker<?>) f.get(reference);
        this.target = target;
    }

    @Override
    public Object call(String method, Class<?>[] types, Object[] args) throws Throwable {
        String key = target.type + ":" + target.version + ":dubbo";
        return invoker.invoke(new RpcInvocation(method, target.type, key, types, args)).recreate();
    }
}
