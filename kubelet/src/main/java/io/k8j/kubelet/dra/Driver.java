package io.k8j.kubelet.dra;

import com.google.protobuf.Message;
import io.k8j.kubelet.cri.GrpcCalls;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.dra.v1.Claim;
import io.k8j.kubelet.dra.v1.NodePrepareResourcesRequest;
import io.k8j.kubelet.dra.v1.NodePrepareResourcesResponse;
import io.k8j.kubelet.dra.v1.NodeUnprepareResourcesRequest;
import io.k8j.kubelet.dra.v1.NodeUnprepareResourcesResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One running instance of a driver. */
final class Driver implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(45); // upstream's

    private final Path endpoint;
    private final String service;
    private final GrpcCalls calls;

    /** @param service such as {@code v1.DRAPlugin} */
    Driver(Path endpoint, String service) {
        this.endpoint = endpoint;
        // Its name on the wire has the package that version one was given.
        this.service = service.startsWith("v1.") ? "k8s.io.kubelet.pkg.apis.dra." + service : service;
        this.calls = new GrpcCalls(endpoint);
    }

    Path endpoint() {
        return endpoint;
    }

    NodePrepareResourcesResponse prepare(List<Claim> claims) throws DriverException {
        return call(
                "NodePrepareResources",
                NodePrepareResourcesRequest.newBuilder().addAllClaims(claims).build(),
                NodePrepareResourcesResponse.getDefaultInstance());
    }

    NodeUnprepareResourcesResponse unprepare(List<Claim> claims) throws DriverException {
        return call(
                "NodeUnprepareResources",
                NodeUnprepareResourcesRequest.newBuilder().addAllClaims(claims).build(),
                NodeUnprepareResourcesResponse.getDefaultInstance());
    }

    private <R extends Message> R call(String method, Message request, R prototype) throws DriverException {
        try {
            return calls.call(service + "/" + method, request, prototype, LIMIT);
        } catch (RuntimeFailure e) {
            throw new DriverException(method + ": " + e.description(), e);
        }
    }

    @Override
    public void close() {
        calls.close();
    }
}
