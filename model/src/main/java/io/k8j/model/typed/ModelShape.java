package io.k8j.model.typed;

/**
 * What a property of a model holds, see {@link io.k8j.schema.ModelAccess#properties()}. Safe for all threads.
 */
final class ModelShape {
    final char form;
    /** Of a list's items or a map's values; null otherwise. */
    final ModelShape item;

    private final String className;
    private volatile ModelType type; // null until it is needed

    private ModelShape(char form, ModelShape item, String className) {
        this.form = form;
        this.item = item;
        this.className = className;
    }

    static ModelShape parse(String text) {
        char form = text.charAt(0);
        return switch (form) {
            case '[', '{' -> new ModelShape(form, parse(text.substring(1)), null);
            case 'm' -> new ModelShape(form, null, text.substring(1));
            default -> new ModelShape(form, null, null);
        };
    }

    /**
     * The model class that it holds; found when the first object of it comes, for most never do.
     *
     * @throws NotPlainException if it is none of the plain ones
     */
    ModelType type() {
        ModelType known = type;
        if (known == null) {
            known = ModelType.named(className);
            if (known == null) throw NotPlainException.INSTANCE;
            type = known;
        }
        return known;
    }
}
