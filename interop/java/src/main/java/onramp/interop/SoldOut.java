package onramp.interop;

/** SoldOut is the checked exception of the services. */
public class SoldOut extends Exception {
    private static final long serialVersionUID = 1;

    public String item;
    public int left;

    public SoldOut() {
    }

    public SoldOut(String text, String item, int left, Throwable cause) {
        super(text, cause);
        this.item = item;
        this.left = left;
    }
}
