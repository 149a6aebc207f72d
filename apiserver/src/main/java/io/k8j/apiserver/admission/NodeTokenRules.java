package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;

/** Which ServiceAccount tokens a kubelet may ask for: those of Pods on its node, for audiences that these name. */
record NodeTokenRules(ObjectReader reader, Authorizer authorizer) {
    private static final GroupVersionResource CLAIMS = new GroupVersionResource("", "v1", "persistentvolumeclaims");
    private static final GroupVersionResource VOLUMES = new GroupVersionResource("", "v1", "persistentvolumes");
    private static final GroupVersionResource DRIVERS = new GroupVersionResource("storage.k8s.io", "v1", "csidrivers");
    private static final String ANY_AUDIENCE = "request-serviceaccounts-token-audience";

    void check(AdmissionRequest request, String node) {
        if (request.operation() != Operation.CREATE || !Ask.subresource(request).equals("token")) {
            return;
        }
        Place ref = Ask.object(request).at("spec", "boundObjectRef");
        if (!ref.text("apiVersion").equals("v1")
                || !ref.text("kind").equals("Pod")
                || ref.text("name").isEmpty()) {
            throw Ask.forbidden(request, "node requested token not bound to a pod");
        }
        if (ref.text("uid").isEmpty()) {
            throw Ask.forbidden(request, "node requested token with a pod binding without a uid");
        }
        Place pod = reader.get(Ask.PODS, Ask.namespace(request), ref.text("name"))
                .map(Ask::tree)
                .orElseThrow(() -> ApiException.notFound(Ask.PODS, ref.text("name")));
        if (!pod.at("metadata", "uid").text().equals(ref.text("uid"))) {
            throw Ask.forbidden(
                    request,
                    "the UID in the bound object reference (%s) does not match the UID in record. The object might have been deleted and then recreated"
                            .formatted(ref.text("uid")));
        }
        if (!pod.at("spec", "nodeName").text().equals(node)) {
            throw Ask.forbidden(request, "node requested token bound to a pod scheduled on a different node");
        }
        audience(request, pod);
    }

    private void audience(AdmissionRequest request, Place pod) {
        List<Place> audiences = Ask.object(request).at("spec", "audiences").items();
        if (audiences.size() > 1) {
            throw Ask.forbidden(request, "node may only request 0 or 1 audiences");
        }
        String audience = audiences.isEmpty() ? "" : audiences.getFirst().text();
        if (isNamedBy(pod, audience) || mayAskForAny(request, audience)) {
            return;
        }
        throw Ask.forbidden(
                request,
                "audience %s not found in pod spec volume, %s is not authorized to request tokens for this audience"
                        .formatted(
                                GoQuote.quote(audience),
                                request.context().user().name()));
    }

    private boolean mayAskForAny(AdmissionRequest request, String audience) {
        Attributes wanted = new Attributes(
                request.context().user(),
                ANY_AUDIENCE,
                "",
                "v1",
                audience,
                "",
                Ask.namespace(request),
                request.context().name(),
                null);
        return authorizer.authorize(wanted) instanceof Decision.Allow;
    }

    private boolean isNamedBy(Place pod, String audience) {
        for (Place volume : pod.at("spec", "volumes").items()) {
            for (Place source : volume.at("projected", "sources").items()) {
                Place token = source.field("serviceAccountToken");
                if (token.present() && token.text("audience").equals(audience)) {
                    return true;
                }
            }
            String driver = driver(pod, volume);
            if (!driver.isEmpty() && driverAsksFor(driver, audience)) {
                return true;
            }
        }
        return false;
    }

    /** The CSI driver of a volume, directly or through its claim; empty if it has none. */
    private String driver(Place pod, Place volume) {
        String own = volume.at("csi", "driver").text();
        if (!own.isEmpty()) {
            return own;
        }
        String claim = volume.field("ephemeral").present()
                ? pod.at("metadata", "name").text() + "-" + volume.text("name")
                : volume.at("persistentVolumeClaim", "claimName").text();
        if (claim.isEmpty()) {
            return "";
        }
        return reader.get(CLAIMS, pod.at("metadata", "namespace").text(), claim)
                .map(found -> Ask.tree(found).at("spec", "volumeName").text())
                .flatMap(name -> reader.get(VOLUMES, "", name))
                .map(found -> Ask.tree(found).at("spec", "csi", "driver").text())
                .orElse("");
    }

    private boolean driverAsksFor(String driver, String audience) {
        return reader
                .get(DRIVERS, "", driver)
                .map(found -> Ask.tree(found).at("spec", "tokenRequests").items())
                .orElse(List.of())
                .stream()
                .anyMatch(request -> request.text("audience").equals(audience));
    }
}
