package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.validation.CertificateRequests;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** Who may approve, sign and ask for certificates. */
final class CertificateAdmission {
    private static final String REQUESTS = "certificatesigningrequests.certificates.k8s.io";
    private static final String CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

    private CertificateAdmission() {}

    private static boolean allowed(Authorizer authorizer, AdmissionRequest request, String verb, String signer) {
        return may(authorizer, request, verb, signer)
                || may(authorizer, request, verb, signer.substring(0, Math.max(0, signer.indexOf('/'))) + "/*");
    }

    private static boolean may(Authorizer authorizer, AdmissionRequest request, String verb, String name) {
        Attributes attributes = new Attributes(
                request.context().user(), verb, "certificates.k8s.io", "*", "signers", "", "", name, null);
        return authorizer.authorize(attributes) instanceof Decision.Allow;
    }

    /** Approving needs the right to do so for the signer. */
    record Approval(Authorizer authorizer) implements AdmissionPlugin {
        @Override
        public String name() {
            return "CertificateApproval";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return Ask.isFor(request, REQUESTS, "approval", Operation.UPDATE);
        }

        @Override
        public void validate(AdmissionRequest request) {
            String signer = Ask.old(request).at("spec", "signerName").text();
            if (!allowed(authorizer, request, "approve", signer)) {
                throw Ask.forbidden(
                        request, "user not permitted to approve requests with signerName " + GoQuote.quote(signer));
            }
        }
    }

    /** Writing a certificate needs the right to sign for the signer. */
    record Signing(Authorizer authorizer) implements AdmissionPlugin {
        @Override
        public String name() {
            return "CertificateSigning";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return Ask.isFor(request, REQUESTS, "status", Operation.UPDATE);
        }

        @Override
        public void validate(AdmissionRequest request) {
            Place now = Ask.object(request).field("status");
            Place before = Ask.old(request).field("status");
            boolean same = Trees.deepEquals(
                            now.field("certificate").value(),
                            before.field("certificate").value())
                    && Trees.deepEquals(
                            now.field("conditions").value(),
                            before.field("conditions").value());
            if (same) {
                return;
            }
            String signer = Ask.old(request).at("spec", "signerName").text();
            if (!allowed(authorizer, request, "sign", signer)) {
                throw Ask.forbidden(
                        request, "user not permitted to sign requests with signerName " + GoQuote.quote(signer));
            }
        }
    }

    /** Nobody gets the group that may do everything by asking for it. */
    record SubjectRestriction() implements AdmissionPlugin {
        @Override
        public String name() {
            return "CertificateSubjectRestriction";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return Ask.isFor(request, REQUESTS, Operation.CREATE);
        }

        @Override
        public void validate(AdmissionRequest request) {
            if (!Ask.object(request).at("spec", "signerName").text().equals(CLIENT_SIGNER)) {
                return;
            }
            PKCS10CertificationRequest asked = CertificateRequests.of(request.object());
            if (asked == null) {
                return;
            }
            for (RDN part : asked.getSubject().getRDNs(BCStyle.O)) {
                if (IETFUtils.valueToString(part.getFirst().getValue()).equals("system:masters")) {
                    throw Ask.forbidden(
                            request, "use of " + CLIENT_SIGNER + " signer with system:masters group is not allowed");
                }
            }
        }
    }

    /** Bundles of a signer may be written by those who may attest for it. */
    record TrustBundleAttest(Authorizer authorizer) implements AdmissionPlugin {
        @Override
        public String name() {
            return "ClusterTrustBundleAttest";
        }

        @Override
        public boolean handles(AdmissionRequest request) {
            return Ask.isFor(request, "clustertrustbundles.certificates.k8s.io", Operation.CREATE, Operation.UPDATE);
        }

        @Override
        public void validate(AdmissionRequest request) {
            String signer = Ask.object(request).at("spec", "signerName").text();
            if (!signer.isEmpty() && !allowed(authorizer, request, "attest", signer)) {
                throw Ask.forbidden(request, "user not permitted to attest for signerName " + GoQuote.quote(signer));
            }
        }
    }
}
