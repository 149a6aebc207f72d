package io.k8j.apiserver.cache;

import io.k8j.model.api.ApiObject;
import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.LabelSelector;
import java.util.Map;
import java.util.function.Function;

/**
 * Which objects of a resource a list or watch is about. Immutable.
 *
 * @param namespace empty for all
 * @param key the only object that can match, if a namespace and a name are given; null otherwise
 * @param served gives the values of a stored object's fields where these are not the ones that it was stored with, because
 *     it is asked for in a version with other fields; it may block. Null otherwise
 */
public record Selection(
        String namespace,
        String key,
        LabelSelector labels,
        FieldSelector fields,
        Function<ApiObject, Map<String, String>> served) {
    /** Everything in a namespace, or at all if it is empty. */
    public static Selection all(String namespace) {
        return new Selection(namespace, null, LabelSelector.EVERYTHING, FieldSelector.EVERYTHING, null);
    }

    /** Narrows by what the field selector says about name and namespace. */
    public static Selection of(boolean namespaced, String namespace, LabelSelector labels, FieldSelector fields) {
        String in = namespace;
        if (namespaced && in.isEmpty()) {
            String wanted = fields.exactValue("metadata.namespace");
            if (wanted != null) in = wanted;
        }
        String name = fields.exactValue("metadata.name");
        String key = null;
        if (name != null && !name.isEmpty()) {
            if (!namespaced) key = name;
            else if (!in.isEmpty()) key = in + "/" + name;
        }
        return new Selection(namespaced ? in : "", key, labels, fields, null);
    }

    /** The same objects, whose fields are read from another version of them. */
    public Selection servedBy(Function<ApiObject, Map<String, String>> values) {
        return new Selection(namespace, key, labels, fields, values);
    }

    /** What can be told without reading another version: all objects of this selection match it, and others may. */
    public Selection asStored() {
        return served == null ? this : new Selection(namespace, key, labels, FieldSelector.EVERYTHING, null);
    }

    /** Whether every object in the namespace matches. */
    public boolean isUnfiltered() {
        return labels.isEmpty() && fields.isEmpty();
    }

    /** First key that can match. */
    public String from() {
        if (key != null) return key;
        return namespace.isEmpty() ? "" : namespace + "/";
    }

    /** First key after all that can match; null if there is no bound. */
    public String to() {
        if (key != null) return key + "\0";
        return namespace.isEmpty() ? null : namespace + "0"; // the character after the slash
    }

    /** Whether an object matches. */
    public boolean matches(CachedObject object) {
        if (key != null && !key.equals(object.key())) return false;
        if (!namespace.isEmpty() && !inNamespace(object.key())) return false;
        if (!labels.isEmpty() && !labels.matches(object.object().labels())) return false;
        if (fields.isEmpty()) return true;
        Map<String, String> values = served == null ? object.fields() : served.apply(object.object());
        return fields.matches(field -> field(object, values, field));
    }

    /** Whether an object that matches {@link #asStored} has the wanted fields in the version that is asked for. */
    public boolean matchesServed(CachedObject object, Map<String, String> values) {
        return fields.matches(field -> field(object, values, field));
    }

    private boolean inNamespace(String objectKey) {
        int n = namespace.length();
        return objectKey.length() > n && objectKey.charAt(n) == '/' && objectKey.startsWith(namespace);
    }

    private static String field(CachedObject object, Map<String, String> values, String field) {
        return switch (field) {
            case "metadata.name" -> object.name();
            case "metadata.namespace" -> object.namespace();
            default -> values.get(field);
        };
    }
}
