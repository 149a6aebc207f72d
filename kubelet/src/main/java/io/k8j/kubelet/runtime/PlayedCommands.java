package io.k8j.kubelet.runtime;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.k8j.kubelet.cri.RuntimeFailure;
import io.k8j.kubelet.cri.v1.ExecSyncResponse;
import io.k8j.kubelet.probes.Probes;
import io.k8j.kubelet.runtime.ContainerScript.Command;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Answers commands and probes in containers, in which there is no process to answer them. */
final class PlayedCommands {
    private PlayedCommands() {}

    /** Any command succeeds unless its script says otherwise; {@code false} fails, {@code echo} answers its arguments. */
    static ExecSyncResponse run(PlayedContainer container, List<String> command, Duration timeout, Time time) {
        Optional<Command> scripted = container.command(command);
        if (scripted.isPresent()) return answer(scripted.get(), command, timeout, time);
        String name = command.isEmpty() ? "" : command.getFirst();
        String output = name.equals("echo") ? String.join(" ", command.subList(1, command.size())) + "\n" : "";
        return ExecSyncResponse.newBuilder()
                .setExitCode(name.equals("false") ? 1 : 0)
                .setStdout(ByteString.copyFromUtf8(output))
                .build();
    }

    private static ExecSyncResponse answer(Command scripted, List<String> command, Duration timeout, Time time) {
        boolean late = !timeout.isZero() && scripted.takes().compareTo(timeout) > 0;
        Pause.of(time, late ? timeout : scripted.takes());
        if (late) {
            throw new RuntimeFailure(
                    Status.Code.DEADLINE_EXCEEDED,
                    "failed to exec %s: timeout %ds exceeded".formatted(command, timeout.toSeconds()),
                    null);
        }
        return ExecSyncResponse.newBuilder()
                .setExitCode(scripted.exitCode())
                .setStdout(ByteString.copyFromUtf8(scripted.output()))
                .setStderr(ByteString.copyFromUtf8(scripted.error()))
                .build();
    }

    /** There is no network to probe and no program to ask: the script tells, unless it has an answer to the command. */
    static Optional<String> probe(PlayedContainer container, Probes.Type type, List<String> command) {
        if (!command.isEmpty() && container.command(command).isPresent()) return Optional.empty();
        if (!command.isEmpty() && command.getFirst().equals("false")) return Optional.empty();
        return Optional.of(container.isHealthy(type) ? "" : "the script lets this probe fail now");
    }
}
