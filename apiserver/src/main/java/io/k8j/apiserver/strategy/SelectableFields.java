package io.k8j.apiserver.strategy;

import io.k8j.apiserver.validation.Place;
import io.k8j.model.typed.StringPool;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;

/**
 * The fields of a resource that field selectors can ask for. The values of an object are kept with each of its versions,
 * so they are one array, and equal texts are one. Safe for all threads once it is put together.
 */
final class SelectableFields {
    private static final StringPool TEXTS = new StringPool();

    /** Fields below these names have another value in each object, so that there is nothing to share. */
    private static final Set<String> OWN = Set.of("name", "uid", "resourceVersion");

    /** Finds a value in an object. */
    private interface Reader extends Function<Map<String, Object>, String> {}

    private String[] names = {};
    private Reader[] readers = {};

    /** A string at the path that the name is. */
    void add(String name) {
        String[] path = name.split("\\.");
        boolean own = OWN.contains(path[path.length - 1]);
        add(name, (Reader) object -> own ? text(object, path) : TEXTS.share(text(object, path)));
    }

    void add(String name, Function<Place, String> value) {
        add(name, (Reader) object -> TEXTS.share(value.apply(Place.of(object))));
    }

    private void add(String name, Reader reader) {
        names = Arrays.copyOf(names, names.length + 1);
        readers = Arrays.copyOf(readers, names.length);
        names[names.length - 1] = name;
        readers[names.length - 1] = reader;
    }

    private static String text(Map<String, Object> object, String[] path) {
        Object value = object;
        for (String field : path) {
            value = value instanceof Map<?, ?> map ? map.get(field) : null;
        }
        return value instanceof String text ? text : "";
    }

    List<String> names() {
        return List.of(names);
    }

    /** By name, read-only. */
    Map<String, String> of(Map<String, Object> object) {
        if (names.length == 0) return Map.of();
        String[] values = new String[names.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = readers[i].apply(object);
        }
        return new Values(names, values);
    }

    /** A handful of fields is found faster by looking through them than by hashing, and takes a tenth of the memory. */
    private static final class Values extends AbstractMap<String, String> {
        private final String[] names; // the same array for all objects of a resource
        private final String[] values;

        Values(String[] names, String[] values) {
            this.names = names;
            this.values = values;
        }

        @Override
        public String get(Object name) {
            for (int i = 0; i < names.length; i++) {
                if (names[i].equals(name)) return values[i];
            }
            return null;
        }

        @Override
        public String getOrDefault(Object name, String none) {
            String value = get(name); // is never null for a field
            return value == null ? none : value;
        }

        @Override
        public boolean containsKey(Object name) {
            return get(name) != null;
        }

        @Override
        public Set<Entry<String, String>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<String, String>> iterator() {
                    return new Iterator<>() {
                        private int at;

                        @Override
                        public boolean hasNext() {
                            return at < names.length;
                        }

                        @Override
                        public Entry<String, String> next() {
                            if (!hasNext()) throw new NoSuchElementException();
                            return Map.entry(names[at], values[at++]);
                        }
                    };
                }

                @Override
                public int size() {
                    return names.length;
                }
            };
        }
    }
}
