package io.k8j.schema;

import java.util.Map;

/**
 * Makes and reads and writes objects of one of fabric8's model classes without reflection. {@link AccessGenerator} writes
 * an implementation for each class at build time, because finding out what a class has, with all classes that it
 * mentions, is a large part of what a JVM would do in the first second of a server. Stateless; safe for all threads.
 */
public abstract class ModelAccess {
    private static final String MODELS = "io.fabric8.kubernetes.api.model.";
    private static final String PACKAGE = "io.k8j.schema.access.";

    /** For the generated classes. */
    protected ModelAccess() {}

    /** The class that implements this for a model class; null for classes of others. */
    public static String implementation(String model) {
        return model.startsWith(MODELS)
                ? PACKAGE + model.substring(MODELS.length()).replace('.', '_')
                : null;
    }

    /**
     * The properties in the order in which they are written, a line each: name, tab, shape. A shape may begin with
     * {@code ?}, if a value that is empty is left out. Then comes {@code s} string, {@code i} Integer, {@code l} Long,
     * {@code b} Boolean, {@code d} Double, {@code q} Quantity, {@code n} IntOrString, {@code t} MicroTime, {@code z} an
     * instant with microseconds, {@code m} and a class name, {@code [} and the shape of a list's items, or an opening
     * brace and the shape of a map's values.
     */
    public abstract String properties();

    /** A new object with nothing set. */
    public abstract Object create();

    /** @param property its place in {@link #properties()} */
    public abstract Object get(Object model, int property);

    /**
     * @param property its place in {@link #properties()}
     * @param value of the property's class, or null
     */
    public abstract void set(Object model, int property, Object value);

    /** Keeps a property that the class does not know. */
    public abstract void setOther(Object model, String name, Object value);

    /** The properties that the class does not know; may be null. */
    public abstract Map<String, Object> others(Object model);
}
