package io.k8j.junit;

import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts and injects what {@link K8j} asks for. Tests may run concurrently. */
final class K8jExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterTestExecutionCallback,
                AfterEachCallback,
                ParameterResolver {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(K8jExtension.class);
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private record Settings(K8jOptions options, K8j.Scope scope) {
        static final Settings DEFAULTS = new Settings(K8jOptions.DEFAULTS, K8j.Scope.CLASS);

        static Settings of(K8j annotation) {
            K8jOptions options = K8jOptions.DEFAULTS
                    .withNodes(annotation.nodes())
                    .withLightNodes(annotation.lightNodes())
                    .without(annotation.without())
                    .withApiServerFlags(annotation.apiServerFlags())
                    .withCrds(annotation.crds())
                    .withManifests(annotation.manifests());
            return new Settings(annotation.virtualTime() ? options.withVirtualTime() : options, annotation.scope());
        }

        /** Whether a cluster of each method is worth a snapshot. */
        boolean hasManifests() {
            return !options.crds().isEmpty() || !options.manifests().isEmpty();
        }
    }

    /** A cluster that ends with the scope it is kept in. JUnit before 5.13 closes only the first type, and later ones ask for the second. */
    @SuppressWarnings("deprecation")
    private record Held(K8jCluster cluster) implements ExtensionContext.Store.CloseableResource, AutoCloseable {
        @Override
        public void close() {
            cluster.close();
        }
    }

    private record OwnNamespace(String name) {}

    private record Kept(K8jSnapshot snapshot) {}

    private static Settings settings(ExtensionContext context) {
        K8j annotation = context.getRequiredTestClass().getAnnotation(K8j.class);
        for (Class<?> outer = context.getRequiredTestClass().getEnclosingClass();
                annotation == null && outer != null;
                outer = outer.getEnclosingClass()) {
            annotation = outer.getAnnotation(K8j.class);
        }
        return annotation == null ? Settings.DEFAULTS : Settings.of(annotation);
    }

    private static K8jCluster cluster(ExtensionContext context) {
        Settings settings = settings(context);
        ExtensionContext holder = switch (settings.scope) {
            case METHOD -> context;
            case CLASS -> topClass(context);
            case SHARED -> context.getRoot();
        };
        return holder.getStore(STORE)
                .getOrComputeIfAbsent(settings, key -> new Held(start(settings, context)), Held.class)
                .cluster();
    }

    private static K8jCluster start(Settings settings, ExtensionContext context) {
        if (settings.scope != K8j.Scope.METHOD || !settings.hasManifests()) {
            return settings.options.start();
        }
        return topClass(context)
                .getStore(STORE)
                .getOrComputeIfAbsent(Kept.class, key -> new Kept(snapshot(settings.options)), Kept.class)
                .snapshot()
                .start();
    }

    /** What all clusters of a class begin with: with definitions and manifests applied. */
    private static K8jSnapshot snapshot(K8jOptions options) {
        try (K8jCluster first = options.start()) {
            return first.snapshot();
        }
    }

    /** Nested classes share the cluster of the class around them. */
    private static ExtensionContext topClass(ExtensionContext context) {
        ExtensionContext found = context;
        for (ExtensionContext up = context; up.getTestClass().isPresent(); ) {
            if (up.getTestMethod().isEmpty()) {
                found = up;
            }
            if (up.getParent().isEmpty()) {
                break;
            }
            up = up.getParent().get();
        }
        return found;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        for (Field field : fields(context.getRequiredTestClass(), true)) {
            if (settings(context).scope == K8j.Scope.METHOD) {
                throw new IllegalStateException(
                        "%s is static, so its cluster cannot be one per method".formatted(field));
            }
            inject(field, null, cluster(context), "default");
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        String namespace = namespace(context);
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            for (Field field : fields(instance.getClass(), false)) {
                inject(field, instance, cluster(context), namespace);
            }
        }
    }

    private static List<Field> fields(Class<?> type, boolean ofClass) {
        List<Field> found = new java.util.ArrayList<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.isAnnotationPresent(K8j.class) && Modifier.isStatic(field.getModifiers()) == ofClass) {
                    found.add(field);
                }
            }
        }
        return found;
    }

    private static void inject(Field field, Object instance, K8jCluster cluster, String namespace)
            throws IllegalAccessException {
        Object value = part(field.getType(), cluster, namespace);
        if (value == null) {
            throw new IllegalStateException("@K8j on %s: a cluster has no %s"
                    .formatted(field, field.getType().getName()));
        }
        field.setAccessible(true);
        field.set(instance, value);
    }

    private static Object part(Class<?> type, K8jCluster cluster, String namespace) {
        if (type == K8jCluster.class) {
            return cluster;
        }
        return Clients.knows(type) ? cluster.client(type, namespace) : null;
    }

    /** The test's namespace, made when it is first asked for. */
    private static String namespace(ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            return "default"; // of all tests of the class
        }
        return context.getStore(STORE)
                .getOrComputeIfAbsent(OwnNamespace.class, key -> createNamespace(context), OwnNamespace.class)
                .name();
    }

    private static OwnNamespace createNamespace(ExtensionContext context) {
        String method = context.getRequiredTestMethod().getName().toLowerCase(Locale.ROOT);
        String word = method.replaceAll("[^a-z0-9]", "");
        String name = "test-%s-%d".formatted(word.substring(0, Math.min(40, word.length())), NUMBERS.incrementAndGet());
        cluster(context).createNamespace(name);
        return new OwnNamespace(name);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == K8jCluster.class
                || Clients.knows(type)
                || (type == String.class && parameter.isAnnotated(K8j.Namespace.class))
                || ((type == String.class || type == Path.class) && parameter.isAnnotated(K8j.Kubeconfig.class));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        String namespace = namespace(context);
        if (parameter.isAnnotated(K8j.Namespace.class)) {
            return namespace;
        }
        K8jCluster cluster = cluster(context);
        if (parameter.isAnnotated(K8j.Kubeconfig.class)) {
            return type == String.class ? cluster.kubeconfig(namespace) : kubeconfigFile(cluster, namespace);
        }
        return part(type, cluster, namespace);
    }

    private static Path kubeconfigFile(K8jCluster cluster, String namespace) {
        Path file = cluster.kubeconfigFile().resolveSibling("kubeconfig-" + namespace + ".yaml");
        try {
            return Files.writeString(file, cluster.kubeconfig(namespace));
        } catch (IOException e) {
            throw new UncheckedIOException("write " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isEmpty()) {
            return;
        }
        try {
            System.err.println(StateReport.of(cluster(context), namespace(context), context.getDisplayName()));
        } catch (ApiException | TransportException e) {
            System.err.println("k8j: the state of the cluster cannot be shown: " + e.getMessage());
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        OwnNamespace own = context.getStore(STORE).get(OwnNamespace.class, OwnNamespace.class);
        if (own == null || settings(context).scope == K8j.Scope.METHOD) {
            return;
        }
        K8jCluster cluster = cluster(context);
        cluster.faults().clear();
        if (!settings(context).options.frozen()) {
            cluster.time().resume();
        }
        try {
            cluster.client()
                    .resources(io.fabric8.kubernetes.api.model.Namespace.class)
                    .deleteIfPresent(ObjectKey.of(own.name()), DeleteOptions.DEFAULT);
        } catch (TransportException e) {
            cluster.startApiServer(); // the test has left it stopped, and the next one wants it
        }
    }
}
