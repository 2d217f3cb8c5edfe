package onramp.interop;

import java.io.Serializable;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Car has a field of each common type; any of them may be null. */
public class Car implements Serializable {
    private static final long serialVersionUID = 1;

    public String color;
    public int mileage;
    public boolean sold;
    public double price;
    public long weight;
    public Long serial;
    public Color paint;
    public Date built;
    public byte[] photo;
    public int[] gears;
    public List<String> tags;
    public Map<String, Integer> options;
    public Car next;
    public List<Car> kids;
    public Object extra;
}
