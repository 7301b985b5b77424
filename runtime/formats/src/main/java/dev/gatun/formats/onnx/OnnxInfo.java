package dev.gatun.formats.onnx;

import dev.gatun.core.tensor.Type;
import java.util.List;
import java.util.Map;

/**
 * What a file says about itself and what of it Gatun cannot import.
 *
 * @param file its path
 * @param irVersion version of the file format
 * @param opsets version of each operator domain; the default domain is the empty string
 * @param producer name and version of what wrote the file
 * @param domain name space of the model
 * @param modelVersion version of the model
 * @param doc description for people
 * @param metadata free-form entries
 * @param inputs names and types of inputs, in order; those with a stored default included
 * @param outputs names and declared types of outputs, in order; unknown types are left out
 * @param operators how often each operator occurs, subgraphs and functions included
 * @param parameters number of elements of all initializers
 * @param problems empty when the model can be imported
 */
public record OnnxInfo(
    String file,
    long irVersion,
    Map<String, Long> opsets,
    String producer,
    String domain,
    long modelVersion,
    String doc,
    Map<String, String> metadata,
    Map<String, Type> inputs,
    Map<String, Type> outputs,
    Map<String, Integer> operators,
    long parameters,
    List<Problem> problems) {}
