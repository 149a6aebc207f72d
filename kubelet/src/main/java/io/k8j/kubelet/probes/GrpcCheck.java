package io.k8j.kubelet.probes;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.k8j.kubelet.probes.v1.HealthCheckRequest;
import io.k8j.kubelet.probes.v1.HealthCheckResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks a gRPC server for its health by the standard health service. */
final class GrpcCheck {
    private static final MethodDescriptor<HealthCheckRequest, HealthCheckResponse> CHECK =
            MethodDescriptor.<HealthCheckRequest, HealthCheckResponse>newBuilder()
                    .setFullMethodName("grpc.health.v1.Health/Check")
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setRequestMarshaller(ProtoUtils.marshaller(HealthCheckRequest.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(HealthCheckResponse.getDefaultInstance()))
                    .build();

    private GrpcCheck() {}

    static ProbeResult check(String host, int port, String service, Duration timeout) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .userAgent("kube-probe/1.36")
                .build();
        try {
            HealthCheckResponse answer = ClientCalls.blockingUnaryCall(
                    channel,
                    CHECK,
                    CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS),
                    HealthCheckRequest.newBuilder().setService(service).build());
            if (answer.getStatus() == HealthCheckResponse.ServingStatus.SERVING) {
                return ProbeResult.success("service healthy");
            }
            return ProbeResult.failure("service unhealthy (responded with \"%s\")".formatted(answer.getStatus()));
        } catch (StatusRuntimeException e) {
            return ProbeResult.failure(words(e.getStatus(), host, port, timeout));
        } finally {
            channel.shutdownNow();
        }
    }

    private static String words(Status status, String host, int port, Duration timeout) {
        return switch (status.getCode()) {
            case UNIMPLEMENTED ->
                "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): "
                        + status.getDescription();
            case DEADLINE_EXCEEDED, UNAVAILABLE ->
                "timeout: failed to connect service \"%s:%d\" within %s: context deadline exceeded"
                        .formatted(host, port, timeout.toSeconds() + "s");
            default -> "error: health rpc probe failed: " + status.getDescription();
        };
    }
}
