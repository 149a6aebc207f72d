package io.k8j.apiserver.cache;

import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.LabelSelector;

/**
 * Which objects of a resource a list or watch is about. Immutable.
 *
 * @param namespace empty for all
 * @param key the only object that can match, if a namespace and a name are given; null otherwise
 */
public record Selection(String namespace, String key, LabelSelector labels, FieldSelector fields) {
    /** Everything in a namespace, or at all if it is empty. */
    public static Selection all(String namespace) {
        return new Selection(namespace, null, LabelSelector.EVERYTHING, FieldSelector.EVERYTHING);
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
        return new Selection(namespaced ? in : "", key, labels, fields);
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
        return fields.isEmpty() || fields.matches(field -> field(object, field));
    }

    private boolean inNamespace(String objectKey) {
        int n = namespace.length();
        return objectKey.length() > n && objectKey.charAt(n) == '/' && objectKey.startsWith(namespace);
    }

    private static String field(CachedObject object, String field) {
        return switch (field) {
            case "metadata.name" -> object.name();
            case "metadata.namespace" -> object.namespace();
            default -> object.fields().get(field);
        };
    }
}
