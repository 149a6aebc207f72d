package io.k8j.junit;

import io.k8j.client.DeleteOptions;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
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
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.opentest4j.TestAbortedException;

/** Starts and injects what {@link K8j} asks for. Tests may run concurrently. */
final class K8jExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterTestExecutionCallback,
                AfterEachCallback,
                LifecycleMethodExecutionExceptionHandler,
                ParameterResolver {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(K8jExtension.class);
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /**
     * A cluster that ends with the scope it is kept in. JUnit before 5.13 closes only the first type, and later ones ask for
     * the second.
     *
     * @param tests how many tests run with it now
     */
    @SuppressWarnings("deprecation")
    private record Held(K8jCluster cluster, AtomicInteger tests)
            implements ExtensionContext.Store.CloseableResource, AutoCloseable {
        @Override
        public void close() {
            cluster.close();
        }
    }

    private enum Begun {
        YES
    }

    private enum Told {
        YES
    }

    private record OwnNamespace(String name) {}

    private record Kept(K8jSnapshot snapshot) {}

    private static ExtensionContext.Store holder(K8jSettings settings, ExtensionContext context) {
        ExtensionContext holder = switch (settings.scope()) {
            case METHOD -> context;
            case CLASS -> topClass(context);
            case SHARED -> context.getRoot();
        };
        return holder.getStore(STORE);
    }

    private static Held held(ExtensionContext context) {
        K8jSettings settings = K8jSettings.of(context);
        return holder(settings, context)
                .getOrComputeIfAbsent(
                        settings, key -> new Held(start(settings, context), new AtomicInteger()), Held.class);
    }

    private static K8jCluster cluster(ExtensionContext context) {
        return held(context).cluster;
    }

    private static K8jCluster start(K8jSettings settings, ExtensionContext context) {
        try {
            if (settings.scope() != K8j.Scope.METHOD || !settings.hasManifests()) {
                return settings.options().start();
            }
            return topClass(context)
                    .getStore(STORE)
                    .getOrComputeIfAbsent(settings.options(), key -> new Kept(snapshot(settings.options())), Kept.class)
                    .snapshot()
                    .start();
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "start the cluster of @K8j on %s: %s".formatted(context.getRequiredTestClass(), e.getMessage()), e);
        }
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
        K8jSettings settings = K8jSettings.of(context);
        for (Field field : fields(context.getRequiredTestClass(), true)) {
            if (settings.scope() == K8j.Scope.METHOD) {
                throw new IllegalStateException(
                        "%s is static, so its cluster cannot be one per method".formatted(field));
            }
            inject(field, null, cluster(context), "default");
        }
        if (settings.scope() != K8j.Scope.METHOD && context.getTestInstances().isPresent()) {
            injectAll(context, "default"); // an instance for all tests has set-up methods that run before them
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        held(context).tests.incrementAndGet();
        context.getStore(STORE).put(Begun.class, Begun.YES);
        injectAll(context, namespace(context));
    }

    private static void injectAll(ExtensionContext context, String namespace) throws IllegalAccessException {
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            for (Field field : fields(instance.getClass(), false)) {
                inject(field, instance, cluster(context), namespace);
            }
        }
    }

    private static List<Field> fields(Class<?> type, boolean ofClass) {
        return K8jSettings.fields(type).stream()
                .filter(field -> Modifier.isStatic(field.getModifiers()) == ofClass)
                .toList();
    }

    private static void inject(Field field, Object instance, K8jCluster cluster, String namespace)
            throws IllegalAccessException {
        if (Modifier.isFinal(field.getModifiers())) {
            throw new IllegalStateException("%s is final, so nothing can be injected".formatted(field));
        }
        Object value = part(field, field.getType(), cluster, namespace);
        if (value == null) {
            throw new IllegalStateException(("%s: a cluster has no %s; it has K8jCluster, Client, KubernetesClient and"
                            + " ApiClient, and String or Path with @K8j.Namespace or @K8j.Kubeconfig")
                    .formatted(field, field.getType().getName()));
        }
        field.setAccessible(true);
        field.set(instance, value);
    }

    /** Null if there is nothing of that type. */
    private static Object part(AnnotatedElement place, Class<?> type, K8jCluster cluster, String namespace) {
        if (place.isAnnotationPresent(K8j.Namespace.class)) return type == String.class ? namespace : null;
        if (place.isAnnotationPresent(K8j.Kubeconfig.class)) {
            if (type == Path.class) return kubeconfigFile(cluster, namespace);
            return type == String.class ? cluster.kubeconfig(namespace) : null;
        }
        if (type == K8jCluster.class) return cluster;
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
        K8jSettings.check(parameter.getParameter(), context);
        if (context.getTestMethod().isEmpty() && K8jSettings.of(context).scope() == K8j.Scope.METHOD) {
            throw new ParameterResolutionException(
                    "%s: each test has a cluster of its own, so tests and their set-up methods can have it, or fields"
                            .formatted(parameter.getParameter()));
        }
        return part(parameter.getParameter(), parameter.getParameter().getType(), cluster(context), namespace(context));
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
        context.getExecutionException().ifPresent(failure -> tell(context, failure));
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        tell(context, failure);
        throw failure;
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        tell(context, failure);
        throw failure;
    }

    @Override
    public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        tell(context, failure);
        throw failure;
    }

    /** Shows once what the cluster is like at a test's first failure; a test that is given up has none. */
    private static void tell(ExtensionContext context, Throwable failure) {
        ExtensionContext.Store own = context.getStore(STORE);
        K8jSettings settings = K8jSettings.of(context);
        Held held = holder(settings, context).get(settings, Held.class);
        if (held == null || failure instanceof TestAbortedException || own.get(Told.class) != null) {
            return;
        }
        own.put(Told.class, Told.YES);
        try {
            System.err.println(StateReport.of(held.cluster, namespace(context), context.getDisplayName()));
        } catch (ApiException | TransportException e) {
            System.err.println("k8j: the state of the cluster cannot be shown: " + e.getMessage());
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(STORE);
        if (store.get(Begun.class) == null) return;
        Held held = held(context);
        boolean last = held.tests.decrementAndGet() == 0;
        K8jSettings settings = K8jSettings.of(context);
        OwnNamespace own = store.get(OwnNamespace.class, OwnNamespace.class);
        if (own == null || settings.scope() == K8j.Scope.METHOD) {
            return;
        }
        if (last) forgetTrouble(held.cluster, settings); // otherwise it may be another's
        try {
            held.cluster
                    .client()
                    .resources(io.fabric8.kubernetes.api.model.Namespace.class)
                    .deleteIfPresent(ObjectKey.of(own.name()), DeleteOptions.DEFAULT);
        } catch (TransportException e) {
            if (last) held.cluster.startApiServer(); // the test has left it stopped, and the next one wants it
        }
    }

    private static void forgetTrouble(K8jCluster cluster, K8jSettings settings) {
        cluster.faults().clear();
        if (!settings.options().frozen()) {
            cluster.time().resume();
        }
    }
}
