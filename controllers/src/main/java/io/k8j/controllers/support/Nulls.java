package io.k8j.controllers.support;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;

/** Reads optional fields of the models, where absent may be null or empty. */
public final class Nulls {
    private Nulls() {}

    public static int or(Integer value, int otherwise) {
        return value == null ? otherwise : value;
    }

    public static long or(Long value, long otherwise) {
        return value == null ? otherwise : value;
    }

    public static String or(String value, String otherwise) {
        return value == null || value.isEmpty() ? otherwise : value;
    }

    public static boolean isTrue(Boolean value) {
        return value != null && value;
    }

    public static boolean isEmpty(String value) {
        return value == null || value.isEmpty();
    }

    public static <T> List<T> list(List<T> value) {
        return value == null ? List.of() : value;
    }

    public static <K, V> Map<K, V> map(Map<K, V> value) {
        return value == null ? Map.of() : value;
    }

    public static Map<String, String> labels(HasMetadata object) {
        return map(object.getMetadata().getLabels());
    }

    public static Map<String, String> annotations(HasMetadata object) {
        return map(object.getMetadata().getAnnotations());
    }

    public static boolean isDeleting(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    public static String uid(HasMetadata object) {
        return or(object.getMetadata().getUid(), "");
    }

    public static String namespace(HasMetadata object) {
        return or(object.getMetadata().getNamespace(), "");
    }

    public static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }

    public static long generation(HasMetadata object) {
        return or(object.getMetadata().getGeneration(), 0L);
    }
}
