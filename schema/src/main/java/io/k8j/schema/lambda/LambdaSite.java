package io.k8j.schema.lambda;

import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Optional;

/**
 * A place where a lambda is made.
 *
 * @param method name of the interface's method
 * @param made what the place takes, the captured values, and the interface that it gives
 * @param erased types of the interface's method
 * @param exact the same with what is known of its type parameters
 * @param body what runs
 */
record LambdaSite(
        String method, MethodTypeDesc made, MethodTypeDesc erased, MethodTypeDesc exact, DirectMethodHandleDesc body) {
    private static final ClassDesc FACTORY = ClassDesc.of("java.lang.invoke.LambdaMetafactory");

    /** Empty for everything else, and for lambdas of a special kind, such as those that can be serialized. */
    static Optional<LambdaSite> of(InvokeDynamicInstruction instruction) {
        DirectMethodHandleDesc bootstrap = instruction.bootstrapMethod();
        if (!bootstrap.owner().equals(FACTORY) || !bootstrap.methodName().equals("metafactory"))
            return Optional.empty();
        var arguments = instruction.bootstrapArgs();
        return Optional.of(new LambdaSite(
                instruction.name().stringValue(),
                instruction.typeSymbol(),
                (MethodTypeDesc) arguments.get(0),
                (MethodTypeDesc) arguments.get(2),
                (DirectMethodHandleDesc) arguments.get(1)));
    }

    boolean constructs() {
        return body.kind() == DirectMethodHandleDesc.Kind.CONSTRUCTOR;
    }

    boolean isStatic() {
        return body.kind() == DirectMethodHandleDesc.Kind.STATIC
                || body.kind() == DirectMethodHandleDesc.Kind.INTERFACE_STATIC;
    }

    /** The body's type as an instruction names it: without the receiver, and void for constructors. */
    MethodTypeDesc bodyType() {
        MethodTypeDesc all = body.invocationType();
        if (constructs()) return all.changeReturnType(ConstantDescs.CD_void);
        return isStatic() ? all : all.dropParameterTypes(0, 1);
    }
}
