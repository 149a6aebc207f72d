package io.k8j.apiserver;

import io.k8j.apiserver.admission.AdmissionChain;
import io.k8j.apiserver.admission.AdmissionMetrics;
import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.AdmissionSettings;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.MeasuredChain;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.time.SystemTime;
import io.k8j.model.time.Time;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A server with all admission steps but ServiceAccount, and the namespaces {@code rec} and {@code other}. Deleting
 * secrets is the one thing that nobody may do, but for those of type mine and team blue or red;
 * finalizers may be set on ConfigMaps only.
 */
final class AdmittingServer implements AutoCloseable {
    static final AdmissionSettings SETTINGS =
            AdmissionSettings.DEFAULTS.withPlugins(Set.of(), Set.of("ServiceAccount"));

    final AdmissionMetrics metrics = new AdmissionMetrics();
    final TestServer server;
    private final SystemTime time = new SystemTime();
    /** The audit annotations of the requests so far. */
    final List<Map<String, String>> annotations = Collections.synchronizedList(new ArrayList<>());

    AdmittingServer() {
        this(SETTINGS);
    }

    AdmittingServer(AdmissionSettings settings) {
        server = new TestServer(
                CoreConfig.DEFAULTS.withBootstrap(false),
                new ApiServerCore.Parts(
                        reader ->
                                a -> a.resource().equals("secrets") && a.verb().equals("delete") && !isNarrow(a)
                                                || isForeignFinalizer(a)
                                        ? new Decision.NoOpinion("no secrets")
                                        : new Decision.Allow("fine"),
                        internals -> chain(internals, settings, time),
                        null,
                        null,
                        new Random(1)));
        for (String name : List.of("rec", "other")) {
            server.create("v1/namespaces", "{'metadata':{'name':'" + name + "','labels':{'ns':'" + name + "'}}}");
        }
    }

    private static boolean isForeignFinalizer(Authorizer.Attributes wanted) {
        return wanted.subresource().equals("finalizers") && !wanted.resource().equals("configmaps");
    }

    private static boolean isNarrow(Authorizer.Attributes wanted) {
        return wanted.fields().toString().equals("[type=mine]")
                && wanted.labels().toString().equals("[team in (blue,red)]");
    }

    private List<AdmissionPlugin> chain(ApiServerCore.Internals internals, AdmissionSettings settings, Time clock) {
        AdmissionServices services = new AdmissionServices(
                internals.reader(),
                internals.authorizer(),
                quota -> ServerAdmission.writeStatus(internals.core(), TestServer.ADMIN, quota),
                name -> internals
                        .core()
                        .call(
                                TestServer.ADMIN,
                                "kube-apiserver",
                                new ApiCall(
                                        Verb.CREATE,
                                        Ask.NAMESPACES,
                                        "",
                                        "",
                                        "",
                                        Map.of(),
                                        null,
                                        Map.of("metadata", Map.of("name", name)))),
                new ServiceAddresses(internals.reader()),
                new TableVersions(internals.core().table()),
                settings,
                FeatureGates.DEFAULTS,
                metrics,
                new Random(1),
                clock);
        return List.of(new MeasuredChain(AdmissionChain.of(services), metrics, clock), new Recorder());
    }

    /** Remembers what requests leave for the audit log when they are answered. */
    private final class Recorder implements AdmissionPlugin {
        @Override
        public String name() {
            return "Recorder";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return true;
        }

        @Override
        public void mutate(AdmissionRequest request) {
            request.context().whenAnswered(() -> {
                Map<String, String> all = new TreeMap<>(request.context().annotations());
                all.putAll(request.context().bodyAnnotations());
                annotations.add(all);
            });
        }
    }

    Map<String, Object> create(String resource, String yaml) {
        return TestServer.tree(send(resource, yaml));
    }

    ApiResponse send(String resource, String yaml) {
        return server.send(Verb.CREATE, resource, "", "", "", null, Yaml.tree(yaml));
    }

    List<String> warnings(String resource, String yaml) {
        return send(resource, yaml).warnings();
    }

    ApiException refusal(String resource, String yaml) {
        return TestServer.refusal(() -> send(resource, yaml));
    }

    String metric(String start) {
        StringBuilder out = new StringBuilder();
        metrics.write(out);
        return out.toString()
                .lines()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        server.close();
        time.close();
    }
}
