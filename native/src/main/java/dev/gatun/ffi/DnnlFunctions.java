package dev.gatun.ffi;

import java.util.List;

/** Names of the C functions of oneDNN that are bound, and of its status codes. */
final class DnnlFunctions {
  static final List<String> NAMES =
      List.of(
          "dnnl_version",
          "dnnl_set_verbose",
          "dnnl_engine_create",
          "dnnl_stream_create",
          "dnnl_stream_destroy",
          "dnnl_memory_desc_create_with_strides",
          "dnnl_memory_desc_create_with_tag",
          "dnnl_memory_desc_create_with_blob",
          "dnnl_memory_desc_get_blob",
          "dnnl_memory_desc_get_size",
          "dnnl_memory_desc_query",
          "dnnl_memory_desc_destroy",
          "dnnl_memory_create",
          "dnnl_memory_destroy",
          "dnnl_memory_set_data_handle",
          "dnnl_post_ops_create",
          "dnnl_post_ops_destroy",
          "dnnl_post_ops_append_eltwise",
          "dnnl_post_ops_append_sum",
          "dnnl_post_ops_append_binary",
          "dnnl_post_ops_append_prelu",
          "dnnl_primitive_attr_create",
          "dnnl_primitive_attr_destroy",
          "dnnl_primitive_attr_set_post_ops",
          "dnnl_primitive_attr_set_scratchpad_mode",
          "dnnl_primitive_attr_set_fpmath_mode",
          "dnnl_primitive_attr_set_deterministic",
          "dnnl_primitive_attr_set_scales_mask",
          "dnnl_primitive_attr_set_zero_points_mask",
          "dnnl_primitive_desc_query",
          "dnnl_primitive_desc_query_md",
          "dnnl_primitive_desc_destroy",
          "dnnl_primitive_create",
          "dnnl_primitive_execute",
          "dnnl_primitive_destroy",
          "dnnl_sgemm",
          "dnnl_reorder_primitive_desc_create",
          "dnnl_concat_primitive_desc_create",
          "dnnl_binary_primitive_desc_create",
          "dnnl_reduction_primitive_desc_create",
          "dnnl_matmul_primitive_desc_create",
          "dnnl_convolution_forward_primitive_desc_create",
          "dnnl_convolution_backward_data_primitive_desc_create",
          "dnnl_convolution_backward_weights_primitive_desc_create",
          "dnnl_deconvolution_forward_primitive_desc_create",
          "dnnl_deconvolution_backward_data_primitive_desc_create",
          "dnnl_deconvolution_backward_weights_primitive_desc_create",
          "dnnl_inner_product_forward_primitive_desc_create",
          "dnnl_inner_product_backward_data_primitive_desc_create",
          "dnnl_inner_product_backward_weights_primitive_desc_create",
          "dnnl_eltwise_forward_primitive_desc_create",
          "dnnl_eltwise_backward_primitive_desc_create",
          "dnnl_softmax_forward_primitive_desc_create",
          "dnnl_softmax_backward_primitive_desc_create",
          "dnnl_pooling_forward_primitive_desc_create",
          "dnnl_pooling_backward_primitive_desc_create",
          "dnnl_prelu_forward_primitive_desc_create",
          "dnnl_prelu_backward_primitive_desc_create",
          "dnnl_lrn_forward_primitive_desc_create",
          "dnnl_lrn_backward_primitive_desc_create",
          "dnnl_batch_normalization_forward_primitive_desc_create",
          "dnnl_batch_normalization_backward_primitive_desc_create",
          "dnnl_group_normalization_forward_primitive_desc_create",
          "dnnl_group_normalization_backward_primitive_desc_create",
          "dnnl_layer_normalization_forward_primitive_desc_create",
          "dnnl_layer_normalization_backward_primitive_desc_create",
          "dnnl_resampling_forward_primitive_desc_create",
          "dnnl_resampling_backward_primitive_desc_create",
          "dnnl_vanilla_rnn_forward_primitive_desc_create",
          "dnnl_vanilla_rnn_backward_primitive_desc_create",
          "dnnl_lstm_forward_primitive_desc_create",
          "dnnl_lstm_backward_primitive_desc_create",
          "dnnl_gru_forward_primitive_desc_create",
          "dnnl_gru_backward_primitive_desc_create",
          "dnnl_lbr_gru_forward_primitive_desc_create",
          "dnnl_lbr_gru_backward_primitive_desc_create");

  private static final List<String> STATUS =
      List.of(
          "success",
          "out of memory",
          "invalid arguments",
          "not implemented",
          "no further implementation",
          "run-time error",
          "not required");

  static String statusName(int status) {
    return status >= 0 && status < STATUS.size() ? STATUS.get(status) : "status " + status;
  }

  private DnnlFunctions() {}
}
