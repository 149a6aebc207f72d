package io.k8j.model.typed;

import io.k8j.schema.ModelAccess;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A plain model class with its properties. Safe for all threads. */
final class ModelType {
    private static final Map<String, Optional<ModelType>> KNOWN = new ConcurrentHashMap<>();

    final ModelAccess access;
    final String[] names;
    final ModelShape[] shapes;
    final boolean[] leftOutIfEmpty;
    private final Map<String, Integer> places;

    private ModelType(ModelAccess access) {
        String properties = access.properties();
        String[] lines = properties.isEmpty() ? new String[0] : properties.split("\n");
        this.access = access;
        names = new String[lines.length];
        shapes = new ModelShape[lines.length];
        leftOutIfEmpty = new boolean[lines.length];
        places = HashMap.newHashMap(lines.length);
        for (int i = 0; i < lines.length; i++) {
            int tab = lines[i].indexOf('\t');
            leftOutIfEmpty[i] = lines[i].charAt(tab + 1) == '?';
            names[i] = lines[i].substring(0, tab);
            shapes[i] = ModelShape.parse(lines[i].substring(leftOutIfEmpty[i] ? tab + 2 : tab + 1));
            places.put(names[i], i);
        }
    }

    /** Null if the class is none of the plain ones. */
    static ModelType of(Class<?> type) {
        return named(type.getName());
    }

    /** Null if the class is none of the plain ones. */
    static ModelType named(String className) {
        Optional<ModelType> known = KNOWN.get(className);
        return (known != null ? known : KNOWN.computeIfAbsent(className, ModelType::find)).orElse(null);
    }

    private static Optional<ModelType> find(String className) {
        String implementation = ModelAccess.implementation(className);
        if (implementation == null) return Optional.empty();
        try {
            return Optional.of(new ModelType((ModelAccess)
                    Class.forName(implementation).getDeclaredConstructor().newInstance()));
        } catch (ClassNotFoundException special) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("use " + implementation, e);
        }
    }

    /** The place of a property; negative if there is none of this name. */
    int place(String name) {
        Integer place = places.get(name);
        return place == null ? -1 : place;
    }
}
