package io.k8j.e2e.walkthrough;

import static org.awaitility.Awaitility.await;

import io.k8j.e2e.cluster.SharedCluster;
import io.k8j.e2e.kubectl.KubectlBinary;
import io.k8j.e2e.kubectl.Result;
import io.k8j.e2e.kubectl.Session;
import io.k8j.e2e.kubectl.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * The base of all parts: one namespace and one shell for the steps of one class with one kubectl. Classes run side by
 * side; a class's steps, and its kubectls, one after the other.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(providers = Walkthrough.OneStepAtATime.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class Walkthrough {
    /** Long enough for a Pod to start or a rollout to end on a machine that is busy with other things. */
    static final Duration PATIENCE = Duration.ofSeconds(180);

    private static final Path MANIFESTS = manifests();

    /** What holds a lock runs all that is in it on one thread. The lock is each class's own, so it waits for nobody. */
    static final class OneStepAtATime implements ResourceLocksProvider {
        @Override
        public Set<Lock> provideForClass(Class<?> testClass) {
            return Set.of(new Lock(testClass.getName()));
        }
    }

    private final Set<Method> taken = new HashSet<>();

    @Parameter
    private KubectlBinary kubectl;

    private SharedCluster cluster;
    private Shell shell;

    static Stream<KubectlBinary> kubectls() {
        return KubectlBinary.oldestAndNewest().stream();
    }

    private static Path manifests() {
        try {
            URI there = Walkthrough.class.getResource("/walkthrough").toURI();
            return Path.of(there);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeParameterizedClassInvocation
    void makeNamespace() throws IOException {
        taken.clear();
        cluster = SharedCluster.orSkip();
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target/walkthrough")), namespace());
        copy(MANIFESTS, directory);
        shell = Shell.in(directory.toAbsolutePath(), kubectl, cluster.kubeconfig(), namespace());
        shell.run("kubectl create namespace " + namespace()).prints("namespace/" + namespace() + " created");
        // A Pod made before the namespace's account would be refused.
        eventually(() -> run("kubectl get serviceaccount default").succeeds());
    }

    /** The steps are one sequence. Where one is taken singly, as when a failed test is run again, those before it come first. */
    @BeforeEach
    void takeTheStepsBefore(TestInfo test) throws ReflectiveOperationException {
        Method wanted = test.getTestMethod().orElseThrow();
        List<Method> steps = Stream.of(getClass().getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .sorted(Comparator.comparingInt(Walkthrough::order))
                .toList();
        for (Method step : steps) {
            boolean isNew = taken.add(step);
            if (step.equals(wanted)) return;
            if (!isNew) continue;
            step.setAccessible(true);
            step.invoke(this);
        }
    }

    private static int order(Method step) {
        return step.getAnnotation(Order.class).value();
    }

    @AfterParameterizedClassInvocation
    void deleteNamespace() {
        if (shell != null) {
            shell.run("kubectl delete namespace " + namespace()).succeeds();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** This class's namespace, such as {@code pods-27}. */
    final String namespace() {
        String name = getClass().getSimpleName().replaceAll("IT$", "").replaceAll("(?<=[a-z])(?=[A-Z])", "-");
        return name.toLowerCase(Locale.ROOT) + "-" + kubectl.minor();
    }

    final int kubectlMinor() {
        return kubectl.minor();
    }

    final SharedCluster cluster() {
        return cluster;
    }

    final Shell shell() {
        return shell;
    }

    final Result run(String command) {
        return shell.run(command);
    }

    /** Runs a command with a document as its input, for {@code kubectl apply -f -}. */
    final Result apply(String yaml) {
        return shell.runWithInput(yaml, "kubectl apply -f -").succeeds();
    }

    final Session start(String command) {
        return shell.start(command);
    }

    /** Writes a file into the directory in which commands run. */
    final void write(String name, String content) {
        try {
            Files.writeString(shell.directory().resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Repeats checks until they hold; in the end the last failure is the test's. */
    static void eventually(ThrowingRunnable checks) {
        eventually(PATIENCE, checks);
    }

    static void eventually(Duration timeout, ThrowingRunnable checks) {
        await().atMost(timeout)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(checks);
    }

    /** Reads one value, such as {@code get("pod nginx-po", ".status.phase")}. */
    final String get(String what, String path) {
        return run("kubectl get %s -o 'jsonpath={%s}'".formatted(what, path)).text();
    }

    /** A field of the status of a Pod's only container. */
    final String state(String pod, String field) {
        return get("pod " + pod, ".status.containerStatuses[0]." + field);
    }

    /** The messages of an object's events, in order of their last occurrence. */
    final List<String> events(String kind, String name) {
        return run("kubectl get events --sort-by=.lastTimestamp "
                        + "--field-selector involvedObject.kind=%s,involvedObject.name=%s ".formatted(kind, name)
                        + "-o 'jsonpath={range .items[*]}{.type} {.reason} {.message}{\"\\n\"}{end}'")
                .succeeds()
                .lines();
    }

    final void awaitPodReady(String name) {
        run("kubectl wait --for=condition=Ready pod/%s --timeout=180s".formatted(name))
                .prints("pod/" + name + " condition met");
    }

    static String resource(String name) {
        try (InputStream in = Walkthrough.class.getResourceAsStream("/walkthrough/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
