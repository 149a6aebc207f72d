package io.k8j.junit;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What the {@link K8j} annotations of a test class say together. Equal settings may share a cluster.
 *
 * @param options what the cluster is like
 * @param scope for how long it lives
 */
record K8jSettings(K8jOptions options, K8j.Scope scope) {
    private static final K8jSettings DEFAULTS = new K8jSettings(K8jOptions.DEFAULTS, K8j.Scope.CLASS);

    /** An annotation and where it is. */
    private record Found(K8jSettings settings, AnnotatedElement place) {}

    /**
     * The settings of the class of a context: those on the class, or on the one around it; without them those of its
     * fields.
     *
     * @throws IllegalStateException if a setting is wrong, or two places want different clusters
     */
    static K8jSettings of(ExtensionContext context) {
        Class<?> type = context.getRequiredTestClass();
        Found said = null;
        for (Class<?> outer = type; said == null && outer != null; outer = outer.getEnclosingClass()) {
            said = find(outer);
        }
        for (Class<?> outer = type; outer != null; outer = outer.getEnclosingClass()) {
            for (Field field : fields(outer)) {
                said = together(said, find(field));
            }
            if (said != null && said.place == outer) break; // fields further out belong to other settings
        }
        return said == null ? DEFAULTS : said.settings;
    }

    /** @throws IllegalStateException if a parameter asks for another cluster than its class has */
    static void check(Parameter parameter, ExtensionContext context) {
        Found wanted = find(parameter);
        if (wanted != null && !wanted.settings.equals(DEFAULTS) && !wanted.settings.equals(of(context))) {
            throw new IllegalStateException(
                    "@K8j on %s: says what the cluster is like; that belongs on the class".formatted(parameter));
        }
    }

    /** A field without settings of its own takes a part of the cluster that there is. */
    private static Found together(Found said, Found more) {
        if (more == null || more.settings.equals(DEFAULTS)) return said;
        if (said != null && !said.settings.equals(more.settings)) {
            throw new IllegalStateException(
                    "@K8j on %s and @K8j on %s want different clusters; say it once, on the class"
                            .formatted(said.place, more.place));
        }
        return said == null ? more : said;
    }

    /** All annotated fields of a class and those that it extends. */
    static List<Field> fields(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (AnnotationSupport.isAnnotated(field, K8j.class)
                        || field.isAnnotationPresent(K8j.Namespace.class)
                        || field.isAnnotationPresent(K8j.Kubeconfig.class)) {
                    found.add(field);
                }
            }
        }
        return found;
    }

    /** Finds the annotation also on other annotations, and for classes on what they extend and implement. */
    private static Found find(AnnotatedElement place) {
        K8j annotation = AnnotationSupport.findAnnotation(place, K8j.class).orElse(null);
        if (annotation == null) return null;
        try {
            return new Found(read(annotation), place);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("@K8j on %s: %s".formatted(place, e.getMessage()), e);
        }
    }

    private static K8jSettings read(K8j annotation) {
        K8jOptions options = K8jOptions.DEFAULTS
                .withNodes(annotation.nodes())
                .withLightNodes(annotation.lightNodes())
                .without(annotation.without())
                .withApiServerFlags(annotation.apiServerFlags())
                .withCrds(annotation.crds())
                .withManifests(annotation.manifests());
        return new K8jSettings(annotation.virtualTime() ? options.withVirtualTime() : options, annotation.scope());
    }

    /** Whether a cluster of each method is worth a snapshot. */
    boolean hasManifests() {
        return !options.crds().isEmpty() || !options.manifests().isEmpty();
    }
}
