package onramp.interop;

/** Echo is the service of proto/echo.proto for wires with Hessian bodies. */
public interface Echo {
    /** echo returns what it got, after message.sleep milliseconds. */
    Message echo(Message message);

    /** fail throws new SoldOut(message.text, "car", 7, new IllegalArgumentException("no stock")). */
    Message fail(Message message) throws SoldOut;

    /** crash throws new IllegalStateException(message.text). */
    Message crash(Message message);

    /** note is called oneway. */
    void note(Message message);
}
