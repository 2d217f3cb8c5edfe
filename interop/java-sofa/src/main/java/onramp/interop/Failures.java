package onramp.interop;

import com.alipay.sofa.rpc.core.exception.RpcErrorType;
import com.alipay.sofa.rpc.core.exception.SofaRpcException;
import com.alipay.sofa.rpc.core.exception.SofaRpcRuntimeException;

/** Failures says in the words of the line protocol what the library's exceptions mean. */
final class Failures {
    private Failures() {
    }

    static String kindOf(Throwable t) {
        if (t instanceof SofaRpcException) {
            return kindOf(((SofaRpcException) t).getErrorType());
        }
        return t instanceof SofaRpcRuntimeException ? "local" : "error";
    }

    private static String kindOf(int type) {
        switch (type) {
            case RpcErrorType.CLIENT_TIMEOUT:
                return "timeout";
            case RpcErrorType.CLIENT_NETWORK:
            case RpcErrorType.CLIENT_ROUTER: // no provider is connected
                return "closed";
            case RpcErrorType.CLIENT_SERIALIZE:
            case RpcErrorType.CLIENT_CALL_TYPE:
            case RpcErrorType.CLIENT_FILTER:
                return "local";
            default:
                return "error";
        }
    }
}
