package io.k8j.controllers.certificates;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestSpec;
import io.k8j.client.ControllerLoop;
import io.k8j.client.DeleteOptions;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.client.Resources;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import io.k8j.controllers.support.Nulls;
import io.k8j.controllers.support.Times;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Approves nodes' requests for their own client certificates, or signs what was approved for the built-in signers, or clears
 * old requests away: upstream has a controller for each, so that one of them can be left to somebody else.
 */
public final class CertificateController {
    private static final GroupVersionResource REVIEWS =
            new GroupVersionResource("authorization.k8s.io", "v1", "subjectaccessreviews");

    private enum Task {
        APPROVE("csrapproving"),
        SIGN("csrsigning"),
        CLEAN("csrcleaner");

        private final String queue;

        Task(String queue) {
            this.queue = queue;
        }
    }

    private final ControllerContext context;
    private final Task task;
    private final Resources<CertificateSigningRequest> requests;
    private final Informer<CertificateSigningRequest> informer;
    private final boolean signs;
    private CertificateSigner signer; // guarded by this; made when there is something to sign
    private final ControllerLoop<ObjectKey> loop;

    private CertificateController(ControllerContext context, Task task) {
        this.context = context;
        this.task = task;
        this.requests = context.resources(CertificateSigningRequest.class);
        this.informer = context.informer(CertificateSigningRequest.class);
        this.signs = !context.config().signingCertificate().isEmpty();
        this.loop = new ControllerLoop<>(task.queue, context.time(), this::reconcile);
        informer.onChange(Handlers.any(request -> loop.queue().add(ObjectKey.of(request))));
    }

    public static Controller approving(ControllerContext context) {
        return Controller.of(new CertificateController(context, Task.APPROVE).loop, 1);
    }

    public static Controller signing(ControllerContext context) {
        return Controller.of(new CertificateController(context, Task.SIGN).loop, 2);
    }

    public static Controller cleaning(ControllerContext context) {
        return Controller.of(new CertificateController(context, Task.CLEAN).loop, 1);
    }

    private synchronized CertificateSigner signer() {
        if (signer == null) {
            signer = CertificateSigner.of(
                    context.config().signingCertificate(), context.config().signingKey());
        }
        return signer;
    }

    private static boolean has(CertificateSigningRequest request, String type) {
        return request.getStatus() != null
                && Nulls.list(request.getStatus().getConditions()).stream().anyMatch(c -> type.equals(c.getType()));
    }

    private static boolean isSigned(CertificateSigningRequest request) {
        return request.getStatus() != null && !Nulls.isEmpty(request.getStatus().getCertificate());
    }

    private Outcome reconcile(ObjectKey key) {
        Optional<CertificateSigningRequest> found = informer.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        CertificateSigningRequest request = found.get();
        Instant now = context.now();
        if (task == Task.CLEAN) {
            Instant end = RequestAge.end(request);
            if (end.isAfter(now)) {
                return end.equals(Instant.MAX) ? Outcome.DONE : Outcome.again(Duration.between(now, end));
            }
            requests.deleteIfPresent(key, DeleteOptions.ofUid(Nulls.uid(request)));
            return Outcome.DONE;
        }
        boolean done = isSigned(request) || has(request, "Denied") || has(request, "Failed");
        if (!done && RequestedCertificate.SIGNERS.contains(request.getSpec().getSignerName())) {
            work(request, now);
        }
        return Outcome.DONE;
    }

    private void work(CertificateSigningRequest request, Instant now) {
        RequestedCertificate wanted;
        try {
            wanted = RequestedCertificate.of(request.getSpec());
        } catch (IllegalArgumentException e) {
            return; // admission and validation have let it pass; a person must look
        }
        if (!has(request, "Approved")) {
            if (task == Task.APPROVE && wanted.isNodeClient()) {
                approve(request, wanted, now);
            } else if (task == Task.APPROVE && wanted.isNodeServing()) {
                approveServing(request, wanted, now);
            }
            return;
        }
        if (!signs || task != Task.SIGN) {
            return;
        }
        Optional<String> refusal = wanted.refusal();
        if (refusal.isPresent()) {
            requests.updateStatus(with(request, "Failed", "SignerValidationFailure", refusal.get(), now));
            return;
        }
        Duration life = context.config().signingDuration();
        Integer asked = request.getSpec().getExpirationSeconds();
        if (asked != null && asked < life.toSeconds()) {
            life = Duration.ofSeconds(Math.max(600, asked));
        }
        String pem = signer().sign(wanted, request.getSpec().getUsages(), life, now);
        requests.updateStatus(request.toBuilder()
                .editOrNewStatus()
                .withCertificate(Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)))
                .endStatus()
                .build());
    }

    private void approve(CertificateSigningRequest request, RequestedCertificate wanted, Instant now) {
        boolean own = wanted.isOwn() && mayCreate(request.getSpec(), "selfnodeclient");
        if (!own && !mayCreate(request.getSpec(), "nodeclient")) {
            return;
        }
        String message = own
                ? "Auto approving self kubelet client certificate after SubjectAccessReview."
                : "Auto approving kubelet client certificate after SubjectAccessReview.";
        requests.updateSubresource(with(request, "Approved", "AutoApproved", message, now), "approval");
    }

    /** Upstream leaves these to others; so does this where nobody has allowed nodes to have them. */
    private void approveServing(CertificateSigningRequest request, RequestedCertificate wanted, Instant now) {
        if (mayCreate(request.getSpec(), "selfnodeserver") && ServingApproval.isHarmless(wanted, context)) {
            String message = "Auto approving self kubelet serving certificate after SubjectAccessReview.";
            requests.updateSubresource(with(request, "Approved", "AutoApproved", message, now), "approval");
        }
    }

    private static CertificateSigningRequest with(
            CertificateSigningRequest request, String type, String reason, String message, Instant now) {
        return request.toBuilder()
                .editOrNewStatus()
                .addToConditions(new CertificateSigningRequestCondition(
                        Times.text(now), Times.text(now), message, reason, "True", type))
                .endStatus()
                .build();
    }

    /** Asks whether the requester may create that subresource of signing requests. */
    private boolean mayCreate(CertificateSigningRequestSpec spec, String subresource) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("group", "certificates.k8s.io");
        attributes.put("resource", "certificatesigningrequests");
        attributes.put("subresource", subresource);
        attributes.put("verb", "create");
        attributes.put("version", "*");
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("user", spec.getUsername());
        asked.put("uid", Nulls.or(spec.getUid(), ""));
        asked.put("groups", List.copyOf(Nulls.list(spec.getGroups())));
        asked.put("extra", Nulls.map(spec.getExtra()));
        asked.put("resourceAttributes", attributes);
        Map<String, Object> review = new LinkedHashMap<>();
        review.put("apiVersion", "authorization.k8s.io/v1");
        review.put("kind", "SubjectAccessReview");
        review.put("spec", asked);
        ApiObject answer = context.client()
                .transport()
                .call(new ApiCall(Verb.CREATE, REVIEWS, "", "", "", Map.of(), null, review))
                .object();
        return answer.tree().get("status") instanceof Map<?, ?> status && Boolean.TRUE.equals(status.get("allowed"));
    }
}
