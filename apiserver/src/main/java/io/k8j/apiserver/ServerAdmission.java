package io.k8j.apiserver;

import io.k8j.apiserver.admission.AdmissionChain;
import io.k8j.apiserver.admission.AdmissionMetrics;
import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.admission.AdmissionSettings;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.MeasuredChain;
import io.k8j.apiserver.admission.policy.ParamAccess;
import io.k8j.apiserver.authz.Authorizers;
import io.k8j.apiserver.authz.EscalationCheck;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Time;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Admission as the server runs it: upstream's chain, measured, with what the plugins ask of the server itself. */
final class ServerAdmission {
    private static final GroupVersionResource QUOTAS = new GroupVersionResource("", "v1", "resourcequotas");

    private ServerAdmission() {}

    static List<AdmissionPlugin> chain(
            ApiServerCore.Internals internals,
            Authorizers authorizers,
            AdmissionSettings settings,
            FeatureGates gates,
            AdmissionMetrics metrics,
            Time time) {
        AdmissionServices services = new AdmissionServices(
                internals.reader(),
                internals.authorizer(),
                quota -> writeStatus(internals.core(), ApiServer.SELF, quota),
                name -> makeNamespace(internals.core(), name),
                new ServiceAddresses(internals.reader()),
                new TableVersions(internals.core().table()),
                settings,
                gates,
                metrics,
                ThreadLocalRandom.current(),
                time);
        return List.of(
                new ParamAccess(internals.reader(), internals.authorizer(), services.versions()::resource),
                new MeasuredChain(AdmissionChain.of(services), metrics, time),
                // sees what all others changed
                new EscalationCheck(authorizers.index(), internals.authorizer()));
    }

    private static void makeNamespace(ApiServerCore core, String name) {
        Map<String, Object> namespace = Map.of("metadata", Map.of("name", name));
        try {
            core.call(
                    ApiServer.SELF,
                    "kube-apiserver",
                    new ApiCall(Verb.CREATE, Ask.NAMESPACES, "", "", "", Map.of(), null, namespace));
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e;
        }
    }

    /** Writes a quota's status in somebody's name; answers the quota as it is then. */
    static Map<String, Object> writeStatus(ApiServerCore core, UserInfo writer, Map<String, Object> quota) {
        ApiCall call = new ApiCall(
                Verb.UPDATE,
                QUOTAS,
                Trees.string(quota, "metadata", "namespace"),
                Trees.string(quota, "metadata", "name"),
                "status",
                Map.of(),
                null,
                quota);
        return core.call(writer, "kube-apiserver", call).object().tree();
    }
}
